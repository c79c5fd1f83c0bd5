import { describe, it } from 'node:test';
import { openLevelStream, systemClock } from '@verifiedfan/embedded';
import { awsConnection, differential, type Pair, runOptions } from '../../../src/index.ts';
import { openStream } from '../../kinesis/open-stream.ts';
import { type StreamOperation, streamOperations } from './operations.ts';
import { streamSide } from './side.ts';

const SHARDS = 3;

const open = async (): Promise<Pair<StreamOperation>> => {
  const { stream: kinesis } = await openStream(awsConnection('ministack'), SHARDS);
  const level = openLevelStream({ name: 'scoresStream', memory: true, shards: SHARDS, clock: systemClock });
  return { embedded: streamSide(level, level.close), server: streamSide(kinesis, kinesis.close) };
};

describe('the embedded stream beside Kinesis on ministack', () => {
  // A chapter, because both sides are read from their beginnings again and again.
  differential({ it, title: 'a stream', generator: streamOperations, open, chapter: 2_000, ...runOptions() });
});

import { describe, it } from 'node:test';
import type { KinesisStream } from '@verifiedfan/aws';
import { recordStreamSuite } from '@verifiedfan/conformance';
import type { RecordStream } from '@verifiedfan/ports';
import { awsConnection } from '../../src/index.ts';
import { openStream } from './open-stream.ts';

type Subject = { stream: RecordStream; kinesis?: KinesisStream };

/** What kinesalite 3.3.3 answers otherwise than Kinesis does. */
const KINESALITE_FAULTS = {
  'knows the newest sequence, and none in a shard that never had a record':
    'kinesalite never answers GetShardIterator with AT_TIMESTAMP when no record is that young',
  'takes partition keys of 1 to 256 characters, counted as characters':
    'kinesalite counts a partition key in UTF-16 units',
};

for (const { server, skip } of [
  { server: 'ministack', skip: {} },
  { server: 'kinesalite', skip: KINESALITE_FAULTS },
] as const) {
  describe(`Kinesis on ${server}`, () => {
    recordStreamSuite({
      it,
      skip,
      open: async (): Promise<Subject> => {
        const { stream } = await openStream(awsConnection(server));
        return { stream, kinesis: stream };
      },
      close: async ({ kinesis }: Subject) => kinesis?.close(),
    });
  });
}

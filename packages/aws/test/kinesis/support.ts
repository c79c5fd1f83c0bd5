import type { TestContext } from 'node:test';
import { createKinesisStream, type KinesisStreamOptions } from '../../src/index.ts';
import { type Answer, type Handler, type Input, startService } from './service.ts';

export const SHARD = 'shardId-000000000000';

export const openStream = async (
  test: TestContext,
  handlers: Readonly<Record<string, Handler>>,
  { maxAttempts = 1, ...options }: Partial<KinesisStreamOptions> & { maxAttempts?: number } = {},
) => {
  const service = await startService(test, handlers);
  const connection = { ...service.connection, maxAttempts };
  const stream = createKinesisStream({ name: 'scoresStream', streamName: 'scores', connection, ...options });
  test.after(() => stream.close());
  return { ...service, stream };
};

type SentRecord = { PartitionKey: string; Data: string };

export const recordsOf = (input: Input | undefined): SentRecord[] => (input?.Records ?? []) as SentRecord[];
/** The texts that a PutRecords request carried. */
export const textsOf = (input: Input | undefined): string[] =>
  recordsOf(input).map(({ Data }) => Buffer.from(Data, 'base64').toString());

/** Answers PutRecords: every record is stored, except those for which `refuse` names an error. */
export const storing =
  (refuse: (text: string, count: number) => string | undefined = () => undefined): Handler =>
  (input, count) => {
    const Records = textsOf(input).map((text, index) => {
      const ErrorCode = refuse(text, count);
      if (ErrorCode !== undefined) return { ErrorCode, ErrorMessage: 'no' };
      return { SequenceNumber: `${count * 1_000 + index}`, ShardId: SHARD };
    });
    return { body: { FailedRecordCount: 0, Records } };
  };

/** Records of a GetRecords answer, by sequence and text. */
export const stored = (texts: Readonly<Record<number, string>>) =>
  Object.entries(texts).map(([sequence, text]) => ({
    SequenceNumber: sequence,
    PartitionKey: 'key',
    ApproximateArrivalTimestamp: 1_767_225_600.123,
    Data: Buffer.from(text).toString('base64'),
  }));

/** A page; without `next` the shard is closed and at its end. */
export const page = (
  texts: Readonly<Record<number, string>>,
  { next, behindMs = 0 }: { next?: string; behindMs?: number } = {},
): Answer => ({
  body: {
    Records: stored(texts),
    MillisBehindLatest: behindMs,
    ...(next === undefined ? {} : { NextShardIterator: next }),
  },
});

/** Gives iterators that say where they begin. */
export const openingIterators: Handler = ({ ShardIteratorType, StartingSequenceNumber }) => ({
  body: { ShardIterator: `${ShardIteratorType} ${StartingSequenceNumber ?? ''}`.trim() },
});

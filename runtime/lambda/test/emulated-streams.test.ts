import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { JsonValue } from '@verifiedfan/ports';
import { makeDynamoDBStreamInput, makeKinesisInput, makeSqsInput } from '@verifiedfan/test-utils';
import type { Handler } from '@verifiedfan/worker';
import { onEmulatedStreams, StreamFailureError } from '../src/index.ts';

const REPORTED = { batchItemFailures: [{ itemIdentifier: '7' }] };
const answering =
  (answer: JsonValue): Handler =>
  async () =>
    answer;
const CHANGES = makeDynamoDBStreamInput([{ keys: { PK: 'campaign:tour', SK: 'member:m1' } }]);
const RECORDS = makeKinesisInput([{ data: {} }]);
const MESSAGES = makeSqsInput([{ body: '{}' }], { queue: 'q' });

/** What the worker's own handler is given of an event. */
const seenOf = async (event: unknown, singleShard: string): Promise<unknown> => {
  let seen: unknown;
  const handler: Handler = async (given) => {
    seen = given;
    return {};
  };
  await onEmulatedStreams(handler, { streamFailures: 'report', singleShard })(event);
  return seen;
};

describe('a handler on emulated streams', () => {
  it('is left as it is where AWS does its part', () => {
    const handler = answering(REPORTED);
    assert.equal(onEmulatedStreams(handler, { streamFailures: 'report', singleShard: undefined }), handler);
  });

  it('throws what a stream would not read, and answers when nothing failed', async () => {
    const options = { streamFailures: 'throw', singleShard: undefined } as const;
    for (const event of [CHANGES, RECORDS]) {
      await assert.rejects(
        onEmulatedStreams(answering(REPORTED), options)(event),
        (error) => error instanceof StreamFailureError && error.retryable && error.code === 'stream_failure',
      );
      assert.deepEqual(await onEmulatedStreams(answering({ batchItemFailures: [] }), options)(event), {
        batchItemFailures: [],
      });
    }
  });

  it('reports to a queue, which reads what it is told', async () => {
    const handler = onEmulatedStreams(answering(REPORTED), { streamFailures: 'throw', singleShard: undefined });
    assert.deepEqual(await handler(MESSAGES), REPORTED);
    assert.equal(await onEmulatedStreams(answering(null), { streamFailures: 'throw', singleShard: 's' })(null), null);
  });

  it('names the one shard of a table beside its changes, and never another than is told', async () => {
    assert.deepEqual(await seenOf(CHANGES, 'shard-1'), { window: {}, state: {}, ...CHANGES, shardId: 'shard-1' });
    const told = { ...CHANGES, shardId: 'told', window: { start: 'a' }, state: {} };
    assert.equal(await seenOf(told, 'shard-1'), told);
    assert.equal(await seenOf(RECORDS, 'shard-1'), RECORDS, 'records of Kinesis name their own');
  });
});

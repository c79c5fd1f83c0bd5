import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createSqs } from '../../src/sqs/client.ts';
import { createWaiting } from '../../src/sqs/waiting.ts';
import { createJumpingClock } from '../kinesis/service.ts';
import { URL_OF_QUEUE } from './support.ts';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

const heapBytes = (): number => {
  collectGarbage();
  return process.memoryUsage().heapUsed;
};

describe('a queue on which nothing happens', () => {
  it('is waited for without end, and the memory of this process does not grow', async (test) => {
    const clock = createJumpingClock();
    const random = { next: () => 0, uuid: () => '', bytes: () => new Uint8Array() };
    const sqs = createSqs({
      name: 'links',
      queueUrl: URL_OF_QUEUE,
      connection: { region: 'eu-west-1', clock, random },
    });
    test.after(() => sqs.lifecycle.close());
    const Attributes = { ApproximateNumberOfMessages: '0' };
    const empty = {
      ...Attributes,
      ApproximateNumberOfMessagesNotVisible: '0',
      ApproximateNumberOfMessagesDelayed: '0',
    };
    const call = async () => ({ $metadata: {}, Attributes: empty }) as never;
    const { wait } = createWaiting({ sqs: { ...sqs, call }, pollMs: 1, maxPollMs: 1, clock });
    const { signal } = new AbortController();
    const waitOnce = async (): Promise<void> => {
      await wait(signal);
      clock.sleeps.length = 0;
    };
    await waitOnce();
    const before = heapBytes();
    // Twenty seconds in pauses of a millisecond each.
    await waitOnce();
    const grownBytes = heapBytes() - before;
    assert.ok(grownBytes < 1_000_000, `${grownBytes} bytes of 20,000 pauses were kept`);
  });
});

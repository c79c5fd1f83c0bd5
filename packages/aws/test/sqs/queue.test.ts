import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createGate, createManualClock, createProbe } from '@verifiedfan/test-utils';
import { createSqsQueue, makeQueue, type SqsUse } from '../../src/index.ts';
import { startService } from '../kinesis/service.ts';
import { depth, doing, messages, openQueue, URL_OF_QUEUE } from './support.ts';

const noAbort = () => new AbortController().signal;
const attributes = (found: Readonly<Record<string, string>>) => ({ body: { Attributes: found } });

describe('waiting for messages of SQS', () => {
  it('asks for the depth at growing distances, and receives nothing meanwhile', async (test) => {
    const { queue, clock, inputsOf } = await openQueue(test, {
      GetQueueAttributes: (_, count) => depth(count === 7 ? 1 : 0),
    });
    await queue.waitForMessages(noAbort());
    assert.deepEqual(clock.sleeps, [250, 500, 1_000, 2_000, 4_000, 5_000]);
    assert.equal(inputsOf('ReceiveMessage').length, 0);
  });

  it('lets a receive look for itself after twenty seconds, because the count is approximate', async (test) => {
    const { queue, clock } = await openQueue(test, { GetQueueAttributes: () => depth(0) });
    const begin = clock.now();
    await queue.waitForMessages(noAbort());
    assert.ok(clock.now() - begin >= 20_000);
  });

  it('waits longer after each receive that found nothing, though the depth counts messages', async (test) => {
    const { queue, clock } = await openQueue(test, {
      GetQueueAttributes: () => depth(5),
      ReceiveMessage: (_, count) => (count < 3 ? { body: {} } : messages('a')),
    });
    for (let round = 0; round < 4; round++) {
      await queue.waitForMessages(noAbort());
      await queue.receive({ max: 1 });
    }
    assert.deepEqual(clock.sleeps, [250, 500]);
  });

  it('is woken by what this driver sends itself', async (test) => {
    const service = await startService(test, { GetQueueAttributes: () => depth(0), SendMessageBatch: doing() });
    // Time stands still, so nothing else can end the wait.
    const clock = createManualClock();
    const queue = createSqsQueue({
      name: 'links',
      queueUrl: URL_OF_QUEUE,
      connection: { ...service.connection, clock },
    });
    test.after(() => queue.close());
    const waiting = queue.waitForMessages(noAbort());
    await clock.waitForSleepers();
    await queue.sendMany([{ body: 'a' }]);
    await waiting;
    assert.equal(clock.sleeping(), 0, 'no timer is left');
  });

  it('is woken too by what it sends while the depth is being asked for', async (test) => {
    const asked = createProbe<unknown>();
    const gate = createGate();
    const service = await startService(test, {
      async GetQueueAttributes(input) {
        asked.note(input);
        await gate.wait();
        return depth(0);
      },
      SendMessageBatch: doing(),
    });
    const clock = createManualClock();
    const queue = createSqsQueue({
      name: 'links',
      queueUrl: URL_OF_QUEUE,
      connection: { ...service.connection, clock },
    });
    test.after(() => queue.close());
    const waiting = queue.waitForMessages(noAbort());
    await asked.first(1);
    await queue.sendMany([{ body: 'a' }]);
    gate.open();
    await waiting;
  });

  for (const ending of ['the signal aborts', 'the queue is closed'] as const) {
    it(`ends at once when ${ending}, whatever the service does`, async (test) => {
      const asked = createProbe<unknown>();
      const gate = createGate();
      test.after(() => gate.open());
      const { queue } = await openQueue(test, {
        GetQueueAttributes: async (input) => {
          asked.note(input);
          await gate.wait();
          return depth(0);
        },
      });
      const stop = new AbortController();
      const waiting = queue.waitForMessages(stop.signal);
      await asked.first(1);
      const closing = ending === 'the signal aborts' ? stop.abort() : queue.close();
      await waiting;
      await closing;
      await assert.doesNotReject(async () => ending !== 'the signal aborts' || queue.waitForMessages(stop.signal));
    });
  }

  it('goes on when it is throttled, and fails when the queue is gone', async (test) => {
    const answers = [{ error: 'ThrottlingException' }, depth(1), { error: 'QueueDoesNotExist' }];
    const { queue } = await openQueue(test, { GetQueueAttributes: (_, count) => answers[count - 1] ?? 'hang up' });
    await queue.waitForMessages(noAbort());
    await assert.rejects(queue.waitForMessages(noAbort()), { code: 'not_found' });
    await assert.rejects(queue.waitForMessages(noAbort()), { code: 'unavailable' });
  });
});

describe('an SQS queue', () => {
  it('looks its address up once, and again when it was not there', async (test) => {
    const { queue, inputsOf } = await openQueue(
      test,
      {
        GetQueueUrl: (_, count) =>
          count === 1 ? { error: 'QueueDoesNotExist' } : { body: { QueueUrl: URL_OF_QUEUE } },
        GetQueueAttributes: () => depth(1),
      },
      { queueName: 'links' },
    );
    await assert.rejects(queue.verify(), {
      code: 'not_found',
      message: 'there is no SQS queue links, which is to be shortUrlQueue',
    });
    assert.deepEqual(await queue.depth(), { visible: 1, inFlight: 2, delayed: 3 });
    await queue.depth();
    assert.deepEqual(inputsOf('GetQueueUrl'), [{ QueueName: 'links' }, { QueueName: 'links' }]);
    assert.equal(inputsOf('GetQueueAttributes')[0]?.QueueUrl, URL_OF_QUEUE);
  });

  it('refuses to start with a queue of the other kind', async (test) => {
    const { queue } = await openQueue(test, {
      GetQueueAttributes: (_, count) =>
        attributes({ QueueArn: `arn:aws:sqs:eu-west-1:1:links${count === 1 ? '.fifo' : ''}` }),
    });
    await assert.rejects(queue.verify(), { code: 'validation', message: /FIFO queue, but was to be a standard one/ });
    await queue.verify();
  });

  it('believes no depth that is not a number', async (test) => {
    const { queue } = await openQueue(test, {
      GetQueueAttributes: (_, count) => (count === 1 ? depth('?') : attributes({})),
    });
    await assert.rejects(queue.depth(), { code: 'unavailable' });
    await assert.rejects(queue.depth(), { code: 'unavailable' });
  });

  it('reads where dead letters go', async (test) => {
    const policy = JSON.stringify({ deadLetterTargetArn: 'arn:dead', maxReceiveCount: '5' });
    const answers = [attributes({ RedrivePolicy: policy }), attributes({}), attributes({ RedrivePolicy: '{' })];
    const { queue } = await openQueue(test, { GetQueueAttributes: (_, count) => answers[count - 1] ?? 'hang up' });
    assert.deepEqual(await queue.redrivePolicy(), { deadLetterArn: 'arn:dead', maxReceiveCount: 5 });
    assert.equal(await queue.redrivePolicy(), undefined);
    await assert.rejects(queue.redrivePolicy(), { code: 'unavailable' });
  });

  it('tells what failed calls cost too', async (test) => {
    const uses: SqsUse[] = [];
    const { queue } = await openQueue(
      test,
      { ReceiveMessage: (_, count) => (count === 1 ? 'hang up' : messages('x'.repeat(65_536), 'y')) },
      { onUse: (use) => uses.push(use) },
    );
    await assert.rejects(queue.receive({ max: 2 }), { code: 'unavailable' });
    await queue.receive({ max: 2 });
    assert.deepEqual(uses, [
      { operation: 'ReceiveMessage', requests: 1, messages: 0, bytes: 0, units: 1 },
      { operation: 'ReceiveMessage', requests: 1, messages: 2, bytes: 65_537, units: 2 },
    ]);
  });

  it('refuses unknown and ill-formed options', async (test) => {
    const { connection } = await startService(test, {});
    const right = { name: 'links', queueName: 'links', connection };
    assert.throws(() => createSqsQueue({ ...right, queueUrl: URL_OF_QUEUE }), /queueName must be/);
    assert.throws(() => createSqsQueue({ name: 'links', connection }), /queueName must be/);
    assert.throws(() => createSqsQueue({ ...right, longPollSeconds: 21 }), /longPollSeconds must be/);
    assert.throws(() => createSqsQueue(Object.assign({ wait: 1 }, right)), /no option wait/);
  });

  it('is made with the queue that its dead letters go to', async (test) => {
    const { connection, inputsOf } = await startService(test, {
      GetQueueAttributes: () => attributes({ QueueArn: 'arn:dead.fifo' }),
      CreateQueue: (_, count) => (count === 1 ? { body: { QueueUrl: URL_OF_QUEUE } } : { error: 'QueueNameExists' }),
    });
    const deadLetters = { queueUrl: 'http://127.0.0.1/dead.fifo', maxReceiveCount: 4 };
    const options = { queueName: 'links.fifo', visibilitySeconds: 60, deadLetters, connection };
    assert.equal(await makeQueue(options), URL_OF_QUEUE);
    assert.deepEqual(inputsOf('CreateQueue')[0]?.Attributes, {
      VisibilityTimeout: '60',
      FifoQueue: 'true',
      RedrivePolicy: '{"deadLetterTargetArn":"arn:dead.fifo","maxReceiveCount":4}',
    });
    await assert.rejects(makeQueue(options), { code: 'validation', resource: 'links.fifo' });
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createGate, createProbe } from '@verifiedfan/test-utils';
import { doing, entriesOf, message, messages, openQueue } from './support.ts';

const NOTHING = { body: {} };
const numbered = (first: number, count: number) => Array.from({ length: count }, (_, index) => `m${first + index}`);

describe('receiving from SQS', () => {
  it('hands over everything that SQS says about a message', async (test) => {
    const known = {
      MessageGroupId: 'g',
      MessageDeduplicationId: 'd',
      SequenceNumber: '18870000000000000001',
      AWSTraceHeader: 'Root=1-5759e988-bd862e3fe1be46a994272793',
      DeadLetterQueueSourceArn: 'arn:aws:sqs:eu-west-1:1:links',
    };
    const { queue, inputsOf } = await openQueue(
      test,
      { ReceiveMessage: () => ({ body: { Messages: [message('a', known)] } }) },
      { fifo: true },
    );
    assert.deepEqual(await queue.receive({ max: 1, visibilitySeconds: 60 }), [
      {
        messageId: 'id of a',
        receiptHandle: 'handle of a',
        body: 'a',
        attributes: {},
        receiveCount: 1,
        sentAtMs: 1_767_225_600_123,
        firstReceivedAtMs: 1_767_225_600_150,
        group: 'g',
        deduplicationId: 'd',
        sequence: '18870000000000000001',
        traceHeader: 'Root=1-5759e988-bd862e3fe1be46a994272793',
        deadLetterSource: 'arn:aws:sqs:eu-west-1:1:links',
      },
    ]);
    const [input] = inputsOf('ReceiveMessage');
    assert.deepEqual([input?.VisibilityTimeout, input?.MaxNumberOfMessages, input?.WaitTimeSeconds], [60, 1, 0]);
  });

  it('gathers by calls of ten until it has enough, or one comes back empty', async (test) => {
    const { queue, inputsOf } = await openQueue(test, {
      ReceiveMessage: ({ MaxNumberOfMessages }, count) =>
        count < 5 ? messages(...numbered(count * 10, Number(MaxNumberOfMessages))) : NOTHING,
    });
    assert.equal((await queue.receive({ max: 25 })).length, 25);
    assert.deepEqual(
      inputsOf('ReceiveMessage')
        .map(({ MaxNumberOfMessages }) => MaxNumberOfMessages)
        .sort(),
      [10, 10, 5],
    );
    assert.equal((await queue.receive({ max: 1_000 })).length, 10);
    assert.ok(inputsOf('ReceiveMessage').length <= 8, 'every lane ends with its first empty answer');
  });

  it('hands over what it has when a later call fails', async (test) => {
    const { queue } = await openQueue(test, {
      ReceiveMessage: (_, count) => (count === 1 ? messages('a', 'b') : { error: 'OverLimit' }),
    });
    assert.equal((await queue.receive({ max: 100 })).length, 2);
    await assert.rejects(queue.receive({ max: 100 }), { code: 'throttled', resource: 'shortUrlQueue' });
  });

  it('meets messages once that are hidden for no time, and twice received ones once', async (test) => {
    const again = { ...message('a'), ReceiptHandle: 'newer' };
    const { queue, inputsOf } = await openQueue(
      test,
      {
        ReceiveMessage: (_, count) =>
          count === 3 ? { body: { Messages: [again] } } : count === 4 ? NOTHING : messages('a'),
      },
      { concurrency: 1 },
    );
    assert.equal((await queue.receive({ max: 10, visibilitySeconds: 0 })).length, 1);
    assert.equal(inputsOf('ReceiveMessage').length, 1);
    const received = await queue.receive({ max: 30 });
    assert.deepEqual(
      received.map(({ receiptHandle }) => receiptHandle),
      ['newer'],
    );
  });

  it('waits in slices at the service, and looks now and then when less than a second is left', async (test) => {
    const { queue, inputsOf, clock } = await openQueue(test, {
      ReceiveMessage: ({ WaitTimeSeconds }) => {
        clock.jump(Number(WaitTimeSeconds) * 1_000);
        return NOTHING;
      },
    });
    const begin = clock.now();
    assert.deepEqual(await queue.receive({ max: 1, waitMs: 12_300 }), []);
    assert.equal(clock.now() - begin, 12_300);
    assert.deepEqual(
      inputsOf('ReceiveMessage').map(({ WaitTimeSeconds }) => WaitTimeSeconds),
      [5, 5, 2, 0, 0, 0],
    );
  });

  it('answers at once when it is aborted, and gives back what comes afterwards', async (test) => {
    const gate = createGate();
    const asked = createProbe<unknown>();
    const shown = createProbe<unknown>();
    const change = doing();
    const { queue } = await openQueue(test, {
      ReceiveMessage: async (input) => {
        asked.note(input);
        await gate.wait();
        return messages('late', 'later');
      },
      ChangeMessageVisibilityBatch: (input, count) => {
        for (const { ReceiptHandle, VisibilityTimeout } of entriesOf(input))
          shown.note([ReceiptHandle, VisibilityTimeout]);
        return change(input, count);
      },
    });
    const stop = new AbortController();
    const receiving = queue.receive({ max: 10, waitMs: 20_000, signal: stop.signal });
    await asked.first(1);
    stop.abort();
    assert.deepEqual(await receiving, []);
    assert.deepEqual(shown.values, []);
    gate.open();
    assert.deepEqual(await shown.first(2), [
      ['handle of late', 0],
      ['handle of later', 0],
    ]);
  });

  it('gives back before it is closed', async (test) => {
    const gate = createGate();
    const asked = createProbe<unknown>();
    const { queue, inputsOf } = await openQueue(test, {
      ReceiveMessage: async (input) => {
        asked.note(input);
        await gate.wait();
        return messages('late');
      },
      ChangeMessageVisibilityBatch: doing(),
    });
    const receiving = queue.receive({ max: 10, waitMs: 20_000 });
    await asked.first(1);
    const closing = queue.close();
    assert.deepEqual(await receiving, []);
    gate.open();
    await closing;
    assert.equal(inputsOf('ChangeMessageVisibilityBatch').length, 1);
    await assert.rejects(queue.receive({ max: 1 }), { code: 'closed' });
  });

  it('names a repeated receive of a FIFO queue, so that it brings the same messages', async (test) => {
    const { queue, inputsOf } = await openQueue(
      test,
      { ReceiveMessage: (_, count) => (count === 1 ? 'hang up' : messages('a')) },
      { fifo: true, maxAttempts: 2 },
    );
    assert.equal((await queue.receive({ max: 1 })).length, 1);
    const [first, second] = inputsOf('ReceiveMessage').map(({ ReceiveRequestAttemptId }) => ReceiveRequestAttemptId);
    assert.ok(first);
    assert.equal(second, first);
  });

  it('refuses calls outside of their limits without sending them', async (test) => {
    const { queue, calls } = await openQueue(test, {});
    for (const request of [
      { max: 0 },
      { max: 10_001 },
      { max: 1, visibilitySeconds: 43_201 },
      { max: 1, waitMs: -1 },
    ]) {
      await assert.rejects(queue.receive(request), { code: 'validation' });
    }
    await assert.rejects(queue.peek({ limit: 1 }), { code: 'validation' });
    assert.deepEqual(calls, []);
  });
});

describe('settling received messages', () => {
  it('deletes ten at a time, in place, and refuses what is no handle without asking', async (test) => {
    const bad = { Code: 'ReceiptHandleIsInvalid', SenderFault: true };
    const DeleteMessageBatch = doing(({ ReceiptHandle }) => (ReceiptHandle === 'h3' ? bad : undefined));
    const { queue, inputsOf } = await openQueue(test, { DeleteMessageBatch }, { concurrency: 1 });
    const handles = Array.from({ length: 12 }, (_, index) => (index === 5 ? '' : `h${index}`));
    const results = await queue.deleteMany(handles);
    const refused = results.flatMap((result, index) => ('error' in result ? [index] : []));
    assert.deepEqual([results.length, refused], [12, [3, 5]]);
    assert.deepEqual(
      inputsOf('DeleteMessageBatch').map((input) => entriesOf(input).length),
      [10, 1],
    );
  });

  it('deletes again what could not be deleted at first', async (test) => {
    const busy = { Code: 'InternalError', SenderFault: false };
    const DeleteMessageBatch = doing(({ ReceiptHandle }, count) =>
      ReceiptHandle === 'b' && count === 1 ? busy : undefined,
    );
    const { queue, inputsOf } = await openQueue(test, { DeleteMessageBatch });
    assert.deepEqual(await queue.deleteMany(['a', 'b']), [{ deleted: true }, { deleted: true }]);
    assert.deepEqual(
      entriesOf(inputsOf('DeleteMessageBatch')[1]).map(({ ReceiptHandle }) => ReceiptHandle),
      ['b'],
    );
  });

  it('hides messages for longer, and says which are not in flight', async (test) => {
    const gone = { Code: 'MessageNotInflight', SenderFault: true };
    const ChangeMessageVisibilityBatch = doing(({ ReceiptHandle }) => (ReceiptHandle === 'b' ? gone : undefined));
    const { queue, inputsOf } = await openQueue(test, { ChangeMessageVisibilityBatch });
    const [changed, refused] = await queue.changeVisibility(['a', 'b'], 120);
    assert.deepEqual(changed, { changed: true });
    assert.ok(refused && 'error' in refused && 'code' in refused.error && refused.error.code === 'validation');
    assert.deepEqual(
      entriesOf(inputsOf('ChangeMessageVisibilityBatch')[0]).map(({ VisibilityTimeout }) => VisibilityTimeout),
      [120, 120],
    );
    await assert.rejects(queue.changeVisibility(['a'], 43_201), { code: 'validation' });
  });
});

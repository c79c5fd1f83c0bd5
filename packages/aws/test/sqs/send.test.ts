import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { PortError } from '@verifiedfan/ports';
import { createGate, createProbe } from '@verifiedfan/test-utils';
import type { SqsUse } from '../../src/index.ts';
import { bodiesOf, doing, entriesOf, openQueue } from './support.ts';

const BUSY = { Code: 'InternalError', SenderFault: false };
const texts = (...bodies: string[]) => bodies.map((body) => ({ body }));
const grouped = (...bodies: string[]) =>
  bodies.map((body) => ({ body, group: body.charAt(0), deduplicationId: `d-${body}` }));
const outcomesOf = (results: readonly object[]) =>
  results.map((result) => ('error' in result && result.error instanceof PortError ? result.error.code : result));

describe('sending to SQS', () => {
  it('sends ten at a time, each under an id of its own', async (test) => {
    const { queue, inputsOf } = await openQueue(test, { SendMessageBatch: doing() }, { concurrency: 1 });
    const bodies = Array.from({ length: 23 }, (_, index) => `m${index}`);
    const results = await queue.sendMany(texts(...bodies));
    assert.deepEqual(
      results,
      bodies.map((body) => ({ messageId: `id of ${body}` })),
    );
    const batches = inputsOf('SendMessageBatch').map((input) => entriesOf(input).map(({ Id }) => Id));
    assert.deepEqual(
      batches.map(({ length }) => length),
      [10, 10, 3],
    );
    for (const ids of batches) {
      assert.equal(new Set(ids).size, ids.length);
      for (const id of ids) assert.match(id, /^[\w-]{1,80}$/);
    }
  });

  it('sends again only what could not be taken, and answers in place', async (test) => {
    const SendMessageBatch = doing(({ MessageBody }, count) => (MessageBody === 'b' && count < 3 ? BUSY : undefined));
    const { queue, inputsOf } = await openQueue(test, { SendMessageBatch });
    const results = await queue.sendMany(texts('a', 'b', 'c'));
    assert.deepEqual(inputsOf('SendMessageBatch').map(bodiesOf), [['a', 'b', 'c'], ['b'], ['b']]);
    assert.deepEqual(
      results,
      ['a', 'b', 'c'].map((body) => ({ messageId: `id of ${body}` })),
    );
  });

  it('gives up in the end, and at once what is refused as the fault of its sender', async (test) => {
    const SendMessageBatch = doing(({ MessageBody }) =>
      MessageBody === 'a'
        ? BUSY
        : MessageBody === 'b'
          ? { Code: 'InvalidMessageContents', SenderFault: true }
          : undefined,
    );
    const { queue, inputsOf } = await openQueue(test, { SendMessageBatch }, { attempts: 3 });
    const results = await queue.sendMany(texts('a', 'b', 'c'));
    assert.deepEqual(outcomesOf(results), ['unavailable', 'validation', { messageId: 'id of c' }]);
    assert.deepEqual(inputsOf('SendMessageBatch').map(bodiesOf), [['a', 'b', 'c'], ['a'], ['a']]);
  });

  it('fills a request with 1 MiB', async (test) => {
    const { queue, inputsOf } = await openQueue(test, { SendMessageBatch: doing() }, { concurrency: 1 });
    const half = 'x'.repeat(524_288);
    await queue.sendMany([{ body: half }, { body: half }, { body: 'y' }]);
    assert.deepEqual(
      inputsOf('SendMessageBatch').map((input) => entriesOf(input).length),
      [2, 1],
    );
  });

  it('keeps the order of a group when one of its messages could not be taken at first', async (test) => {
    const SendMessageBatch = doing(({ MessageBody }, count) =>
      MessageBody === 'a1' && count === 1 ? BUSY : undefined,
    );
    const { queue, inputsOf } = await openQueue(test, { SendMessageBatch }, { fifo: true });
    await queue.sendMany(grouped('a1', 'a2', 'b1', 'a3', 'b2'));
    const order = inputsOf('SendMessageBatch').flatMap(bodiesOf);
    assert.deepEqual(
      order.filter((body) => body?.startsWith('a')),
      ['a1', 'a1', 'a2', 'a3'],
    );
    assert.deepEqual(inputsOf('SendMessageBatch').map(bodiesOf)[0], ['a1', 'b1']);
  });

  it('does not send what is behind a message of its group that was given up', async (test) => {
    const SendMessageBatch = doing(({ MessageBody }) => (MessageBody === 'a1' ? BUSY : undefined));
    const { queue, inputsOf } = await openQueue(test, { SendMessageBatch }, { fifo: true, attempts: 2 });
    const [first, second, third] = await queue.sendMany(grouped('a1', 'a2', 'b1'));
    assert.deepEqual(outcomesOf([first ?? {}, second ?? {}]), ['unavailable', 'unavailable']);
    assert.deepEqual(third, { messageId: 'id of b1' });
    assert.ok(!inputsOf('SendMessageBatch').flatMap(bodiesOf).includes('a2'));
  });

  it('lets overlapping sends take turns at the groups they share', async (test) => {
    const gate = createGate();
    const sent = createProbe<unknown>();
    const take = doing();
    const { queue } = await openQueue(
      test,
      {
        SendMessageBatch: async (input, count) => {
          for (const body of bodiesOf(input)) sent.note(body);
          if (count === 1) await gate.wait();
          return take(input, count);
        },
      },
      { fifo: true },
    );
    const first = queue.sendMany(grouped('a1'));
    await sent.first(1);
    const second = queue.sendMany(grouped('a2'));
    await queue.sendMany(grouped('b1'));
    assert.deepEqual(sent.values, ['a1', 'b1']);
    gate.open();
    await Promise.all([first, second]);
    assert.deepEqual(sent.values, ['a1', 'b1', 'a2']);
  });

  it('answers for messages over a limit in their places, and sends only the others', async (test) => {
    const { queue, inputsOf } = await openQueue(test, { SendMessageBatch: doing() });
    const bad = [
      { body: '' },
      { body: 'control \u0001' },
      { body: 'half \ud800' },
      { body: 'x', attributes: { 'AWS.reserved': 'v' } },
      { body: 'x', attributes: { 'two..dots': 'v' } },
      { body: 'x', attributes: { empty: '' } },
      { body: 'x', deduplicationId: 'd' },
      { body: 'x', delaySeconds: 1.5 },
    ];
    const results = await queue.sendMany([{ body: 'first' }, ...bad, { body: 'last', delaySeconds: 900 }]);
    assert.deepEqual(
      outcomesOf(results.slice(1, -1)),
      bad.map(() => 'validation'),
    );
    assert.deepEqual([results[0], results.at(-1)], [{ messageId: 'id of first' }, { messageId: 'id of last' }]);
    assert.deepEqual(inputsOf('SendMessageBatch').map(bodiesOf), [['first', 'last']]);
    await queue.sendMany(bad);
    assert.equal(inputsOf('SendMessageBatch').length, 1, 'an empty batch is not sent');
  });

  it('believes no answer that leaves a message out, and does not send it again', async (test) => {
    const { queue, inputsOf } = await openQueue(test, {
      SendMessageBatch: (_, count) => (count === 1 ? { body: {} } : { text: '<html>' }),
    });
    assert.deepEqual(outcomesOf(await queue.sendMany(texts('a'))), ['unavailable']);
    const [garbage] = await queue.sendMany(texts('a'));
    assert.ok(garbage && 'error' in garbage);
    assert.equal(inputsOf('SendMessageBatch').length, 2);
  });

  it('sends a request again whose connection was lost, and tells that it took two', async (test) => {
    const uses: SqsUse[] = [];
    const take = doing();
    const { queue } = await openQueue(
      test,
      { SendMessageBatch: (input, count) => (count === 1 ? 'hang up' : take(input, count)) },
      { maxAttempts: 2, onUse: (use) => uses.push(use) },
    );
    assert.deepEqual(await queue.sendMany(texts('a')), [{ messageId: 'id of a' }]);
    assert.deepEqual(uses, [{ operation: 'SendMessageBatch', requests: 2, messages: 1, bytes: 1, units: 2 }]);
  });

  it('leaves a request that was throttled as a whole to the attempts of the SDK', async (test) => {
    const { queue, inputsOf } = await openQueue(test, { SendMessageBatch: () => ({ error: 'ThrottlingException' }) });
    assert.deepEqual(outcomesOf(await queue.sendMany(texts('a', 'b'))), ['throttled', 'throttled']);
    assert.equal(inputsOf('SendMessageBatch').length, 1);
  });
});

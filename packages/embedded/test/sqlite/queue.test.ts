import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { temporaryDirectory } from '@verifiedfan/test-utils';
import { createManualClock, createSeededRandom, openQueueStore } from '../../src/index.ts';

const setUp = () => {
  const clock = createManualClock();
  return { clock, store: openQueueStore({ location: ':memory:', clock, random: createSeededRandom(1) }) };
};

describe('a queue store', () => {
  it('keeps messages, deduplication ids and the kind of a queue over a restart', async () => {
    using directory = temporaryDirectory();
    const clock = createManualClock();
    const options = { location: directory.join('q.sqlite'), clock, random: createSeededRandom(1) };
    const message = { body: 'one', group: 'g', deduplicationId: 'd' };
    const first = openQueueStore(options);
    const [sent] = await first.queue('q', { fifo: true }).sendMany([message]);
    first.close();
    const second = openQueueStore(options);
    const queue = second.queue('q', { fifo: true });
    assert.deepEqual(await queue.sendMany([message]), [sent]);
    assert.equal((await queue.depth()).visible, 1);
    second.close();
    const third = openQueueStore(options);
    assert.throws(() => third.queue('q', {}), { code: 'validation' });
    third.close();
  });

  it('refuses definitions that cannot hold', () => {
    const { store } = setUp();
    store.queue('fifo', { fifo: true });
    assert.throws(() => store.queue('q', { deadLetterQueue: 'fifo' }), { code: 'validation' });
    assert.throws(() => store.queue('q', { deadLetterQueue: 'q' }), { code: 'validation' });
    assert.throws(() => store.queue('q', { visibilitySeconds: 43_201 }), { code: 'validation' });
    assert.throws(() => store.queue('', {}), { code: 'validation' });
    store.close();
  });

  it('releases only what was in flight: delayed messages stay delayed', async () => {
    using directory = temporaryDirectory();
    const clock = createManualClock();
    const options = { location: directory.join('q.sqlite'), clock, random: createSeededRandom(1) };
    const first = openQueueStore(options);
    const queue = first.queue('q', {});
    await queue.sendMany([{ body: 'a' }, { body: 'later', delaySeconds: 60 }]);
    const [held] = await queue.receive({ max: 1 });
    first.close();
    const second = openQueueStore({ ...options, releaseInFlight: true });
    const reopened = second.queue('q', {});
    assert.deepEqual(await reopened.depth(), { visible: 1, inFlight: 0, delayed: 1 });
    const [again] = await reopened.receive({ max: 1 });
    assert.deepEqual([again?.messageId, again?.receiveCount], [held?.messageId, 2]);
    second.close();
  });

  it('sends thousands in one transaction and gives them in their order', async () => {
    const { store } = setUp();
    const queue = store.queue('q', {});
    await queue.sendMany(Array.from({ length: 10_000 }, (_, index) => ({ body: `${index}` })));
    const messages = await queue.receive({ max: 10_000 });
    assert.deepEqual(
      messages.map(({ body }) => Number(body)),
      Array.from({ length: 10_000 }, (_, index) => index),
    );
    store.close();
  });

  it('ends a receive early rather than fill the memory with large messages', async () => {
    const { store } = setUp();
    const queue = store.queue('q', {});
    for (let sent = 0; sent < 20; sent += 1) await queue.sendMany([{ body: 'x'.repeat(1_000_000) }]);
    const first = await queue.receive({ max: 10_000 });
    const second = await queue.receive({ max: 10_000 });
    assert.ok(first.length < 20);
    assert.equal(first.length + second.length, 20);
    store.close();
  });

  it('rises in sequence also after the newest message was deleted', async () => {
    const { store } = setUp();
    const queue = store.queue('q', { fifo: true });
    const sequences: number[] = [];
    for (const id of ['a', 'b', 'c']) {
      await queue.sendMany([{ body: id, group: 'g', deduplicationId: id }]);
      const [message] = await queue.receive({ max: 1 });
      sequences.push(Number(message?.sequence));
      await queue.deleteMany([message?.receiptHandle ?? '']);
    }
    assert.deepEqual(
      sequences,
      [...new Set(sequences)].sort((a, b) => a - b),
    );
    store.close();
  });

  it('hides a message for at most twelve hours from its receive', async () => {
    const { clock, store } = setUp();
    const queue = store.queue('q', {});
    await queue.sendMany([{ body: 'a' }]);
    const [message] = await queue.receive({ max: 1, visibilitySeconds: 43_000 });
    await clock.advance(1_000_000);
    const [result] = await queue.changeVisibility([message?.receiptHandle ?? ''], 42_500);
    assert.ok(result && 'error' in result);
    store.close();
  });
});

describe('waiting for messages', () => {
  it('sleeps with one timer for all waiters, until the next message shows', async () => {
    const { clock, store } = setUp();
    const queue = store.queue('q', {});
    await queue.sendMany([
      { body: 'a', delaySeconds: 20 },
      { body: 'b', delaySeconds: 10 },
    ]);
    const stop = new AbortController();
    let woken = 0;
    const waits = [1, 2, 3].map(() => queue.waitForMessages(stop.signal).then(() => (woken += 1)));
    assert.equal(clock.sleepers(), 1);
    await clock.advance(9_999);
    assert.equal(woken, 0);
    await clock.advance(1);
    assert.equal(woken, 3);
    await Promise.all(waits);
    assert.equal(clock.sleepers(), 0);
    store.close();
  });

  it('does nothing at all while there is nothing to wait for, and leaves nothing behind', async () => {
    const { clock, store } = setUp();
    const queue = store.queue('q', {});
    const stop = new AbortController();
    const waiting = queue.waitForMessages(stop.signal);
    const receiving = queue.receive({ max: 1, waitMs: 5_000, signal: stop.signal });
    assert.equal(clock.sleepers(), 1, 'the end of the receive');
    stop.abort();
    await Promise.all([waiting, receiving]);
    await nextTurn();
    assert.equal(clock.sleepers(), 0);
    store.close();
  });

  it('learns of a message that another receiver hides for a while', async () => {
    const { clock, store } = setUp();
    const queue = store.queue('q', {});
    await queue.sendMany([{ body: 'a', delaySeconds: 1 }]);
    await clock.advance(1_000);
    await queue.receive({ max: 1, visibilitySeconds: 100 });
    const waiting = queue.waitForMessages(new AbortController().signal);
    await queue.sendMany([{ body: 'b', delaySeconds: 50 }]);
    await clock.advance(50_000);
    await waiting;
    assert.deepEqual(
      (await queue.receive({ max: 10 })).map(({ body }) => body),
      ['b'],
    );
    store.close();
  });

  it('wakes a FIFO waiter when a deletion frees its group', async () => {
    const { store } = setUp();
    const queue = store.queue('q', { fifo: true });
    await queue.sendMany(['1', '2'].map((body) => ({ body, group: 'g', deduplicationId: body })));
    const [head] = await queue.receive({ max: 1 });
    let woken = false;
    const waiting = queue.waitForMessages(new AbortController().signal).then(() => {
      woken = true;
    });
    await nextTurn();
    assert.equal(woken, false);
    await queue.deleteMany([head?.receiptHandle ?? '']);
    await waiting;
    store.close();
  });

  it('wakes those who wait at the dead-letter queue when a message moves there', async () => {
    const { clock, store } = setUp();
    const queue = store.queue('q', { maxReceiveCount: 1, deadLetterQueue: 'dead', visibilitySeconds: 1 });
    const waiting = store.queue('dead', {}).receive({ max: 1, waitMs: 60_000 });
    await queue.sendMany([{ body: 'poison' }]);
    await queue.receive({ max: 1 });
    await clock.advance(1_000);
    assert.deepEqual(await queue.receive({ max: 1 }), []);
    assert.deepEqual(
      (await waiting).map(({ body }) => body),
      ['poison'],
    );
    store.close();
  });
});

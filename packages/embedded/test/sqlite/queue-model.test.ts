import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Queue, ReceivedMessage } from '@verifiedfan/ports';
import { createManualClock, createSeededRandom, openQueueStore } from '../../src/index.ts';
import { createChoices } from '../support/random-walk.ts';

const MAX_RECEIVES = 3;
const STEPS = 400;

/** What the model knows of a message; times in milliseconds. */
type Known = { body: string; group: string; order: number; hiddenUntilMs: number; receives: number; handle: string };

/** A queue as a plain list: slow, small and easy to believe. */
const createModel = (fifo: boolean) => {
  let known: Known[] = [];
  const dead: string[] = [];
  const isBlocked = (group: string, nowMs: number) =>
    fifo && known.some((one) => one.group === group && one.hiddenUntilMs > nowMs);
  return {
    dead,
    known: () => known,
    send: (body: string, group: string) =>
      known.push({ body, group, order: known.length, hiddenUntilMs: 0, receives: 0, handle: '' }),
    /** Which messages may be received now. */
    receivable: (nowMs: number) => known.filter((one) => one.hiddenUntilMs <= nowMs && !isBlocked(one.group, nowMs)),
    find: (body: string) => known.find((one) => one.body === body),
    remove(body: string) {
      known = known.filter((one) => one.body !== body);
    },
    moveToDead(body: string) {
      known = known.filter((one) => one.body !== body);
      dead.push(body);
    },
  };
};

const walk = async (seed: number, fifo: boolean): Promise<void> => {
  const { whole, chance, pick } = createChoices(createSeededRandom(seed));
  const clock = createManualClock();
  const store = openQueueStore({ location: ':memory:', clock, random: createSeededRandom(seed) });
  const queue = store.queue('q', { fifo, maxReceiveCount: MAX_RECEIVES, deadLetterQueue: 'dead' });
  const model = createModel(fifo);
  const held: ReceivedMessage[] = [];
  let sent = 0;

  const sendSome = async () => {
    const messages = Array.from({ length: 1 + whole(6) }, () => {
      sent += 1;
      const group = pick(['a', 'b', 'c', 'd']);
      model.send(`${sent}`, group);
      return { body: `${sent}`, ...(fifo ? { group, deduplicationId: `${sent}` } : {}) };
    });
    for (const result of await queue.sendMany(messages)) assert.ok('messageId' in result);
  };

  const receiveSome = async () => {
    const nowMs = clock.now();
    const receivable = model.receivable(nowMs);
    const max = 1 + whole(8);
    const visibilitySeconds = whole(5);
    const messages = await queue.receive({ max, visibilitySeconds });
    for (const { body, group, receiveCount } of messages) {
      const one = receivable.find((candidate) => candidate.body === body);
      assert.ok(one, `message ${body} was not receivable`);
      assert.equal(receiveCount, one.receives + 1);
      assert.ok(receiveCount <= MAX_RECEIVES, 'a message is given no oftener than allowed');
      if (fifo) assert.equal(group, one.group);
    }
    const worn = receivable.filter(({ receives }) => receives >= MAX_RECEIVES).map(({ body }) => body);
    const moved = worn.filter((body) => !messages.some((message) => message.body === body));
    if (messages.length === 0) assert.equal(receivable.length, moved.length, 'whatever can be received is received');
    if (fifo) assertOrder(messages, receivable);
    for (const message of messages) {
      const one = model.find(message.body);
      if (one)
        Object.assign(one, {
          receives: one.receives + 1,
          handle: message.receiptHandle,
          hiddenUntilMs: nowMs + visibilitySeconds * 1_000,
        });
    }
    held.push(...messages);
    await settleDead(moved);
  };

  /** Of each group the earliest ones, in order, none left out in between; worn ones may have moved away. */
  const assertOrder = (messages: readonly ReceivedMessage[], receivable: readonly Known[]) => {
    for (const group of new Set(messages.map((message) => message.group))) {
      const given = messages.filter((message) => message.group === group).map(({ body }) => body);
      const waiting = receivable
        .filter((one) => one.group === group && one.receives < MAX_RECEIVES)
        .map(({ body }) => body);
      assert.deepEqual(given, waiting.slice(0, given.length));
    }
  };

  /** Messages that may have moved: the dead-letter queue says which did. */
  const settleDead = async (candidates: readonly string[]) => {
    const { messages } = await store.queue('dead', { fifo }).peek({ limit: 10_000 });
    const arrived = messages.map(({ body }) => body).slice(model.dead.length);
    for (const body of arrived) {
      assert.ok(candidates.includes(body), `message ${body} moved too early`);
      model.moveToDead(body);
    }
  };

  const finishOne = async () => {
    const message = held[whole(held.length)];
    if (!message) return;
    const { body, receiptHandle } = message;
    const one = model.find(body);
    const newest = one?.handle === receiptHandle;
    const inFlight = newest && one.hiddenUntilMs > clock.now();
    if (chance(0.3)) {
      const seconds = whole(4);
      const [result] = await queue.changeVisibility([receiptHandle], seconds);
      assert.equal(result !== undefined && 'changed' in result, inFlight);
      if (inFlight) one.hiddenUntilMs = clock.now() + seconds * 1_000;
      return;
    }
    const [result] = await queue.deleteMany([receiptHandle]);
    const accepted = !one || !fifo || inFlight;
    assert.equal(result !== undefined && 'deleted' in result, accepted);
    if (newest && accepted) model.remove(body);
  };

  for (let step = 0; step < STEPS; step += 1) {
    const action = pick([sendSome, receiveSome, receiveSome, finishOne, finishOne, () => clock.advance(whole(2_500))]);
    await action();
    await assertDepth(queue, model.known(), clock.now());
  }
  store.close();
};

const assertDepth = async (queue: Queue, known: readonly Known[], nowMs: number): Promise<void> => {
  const inFlight = known.filter(({ hiddenUntilMs }) => hiddenUntilMs > nowMs).length;
  assert.deepEqual(await queue.depth(), { visible: known.length - inFlight, inFlight, delayed: 0 });
  const { messages } = await queue.peek({ limit: 10_000 });
  assert.deepEqual(
    messages.map(({ body }) => body),
    known.map(({ body }) => body),
  );
};

describe('a queue against a list', () => {
  for (const seed of [1, 2, 3, 4, 5]) {
    it(`behaves like it in a standard walk of ${STEPS} steps, seed ${seed}`, () => walk(seed, false));
    it(`behaves like it in a FIFO walk of ${STEPS} steps, seed ${seed}`, () => walk(seed, true));
  }
});

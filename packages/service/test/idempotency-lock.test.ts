import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { z } from '@verifiedfan/schema';
import { createGate, createManualClock } from '@verifiedfan/test-utils';
import { createIdempotencyStore, type IdempotencyStore, route } from '../src/index.ts';
import { openKeys, startService } from './support/service.ts';

const claims = { sub: 'user-1' };
const headers = { 'idempotency-key': 'k1' };

/** A route that stays where it is until it is let go, and tells what it was asked to do. */
const heldRoute = () => {
  const [started, gate] = [createGate(), createGate()];
  const operations: (string | undefined)[] = [];
  const subject = route({
    method: 'POST',
    path: '/things',
    summary: 'Waits',
    access: 'token',
    body: z.strictObject({ id: z.string() }),
    idempotency: 'stored',
    responses: { 201: z.object({ count: z.int() }) },
    async handler({ operation }) {
      operations.push(operation);
      started.open();
      const count = operations.length;
      await gate.wait();
      return { status: 201, data: { count } };
    },
  });
  return { subject, started, gate, operations };
};

type Clock = ReturnType<typeof createManualClock>;

const start = async (context: TestContext, clock: Clock, idempotencyStore: IdempotencyStore) => {
  const held = heldRoute();
  // Before the server is closed, which waits for it.
  context.after(() => held.gate.open());
  const service = await startService(context, [held.subject], { clock, idempotencyStore });
  const send = (id = 'a') => service.call('/things', { json: { id }, claims, headers });
  return { ...held, ...service, send };
};

/** Two processes on one store. What is given for the first says how it fares. */
const startTwo = async (context: TestContext, fate: Partial<IdempotencyStore>) => {
  const clock = createManualClock();
  const store = createIdempotencyStore({ collection: openKeys(context), clock });
  return {
    clock,
    first: await start(context, clock, { ...store, ...fate }),
    second: await start(context, clock, store),
  };
};

describe('the lock of an idempotency key', () => {
  it('is renewed as long as its handler runs, for other processes too', async (context) => {
    const { clock, first, second } = await startTwo(context, {});
    const slow = first.send();
    await first.started.wait();
    await clock.advance(120_000);
    const repetition = second.send();
    await clock.waitForSleepers(2);
    for (let turn = 0; turn < 200; turn++) await clock.advance(25);
    assert.equal(second.operations.length, 0);
    assert.equal((await repetition).status, 503);
    first.gate.open();
    assert.equal((await slow).status, 201);
    assert.equal((await second.send()).headers['idempotency-replayed'], 'true');
    assert.equal(clock.sleeping(), 0);
  });

  it('survives two renewals in a row that are lost on their way', async (context) => {
    let renewals = 0;
    const clock = createManualClock();
    const store = createIdempotencyStore({ collection: openKeys(context), clock });
    const renew: IdempotencyStore['renew'] = (...renewal) => {
      renewals += 1;
      return renewals % 3 === 0 ? store.renew(...renewal) : Promise.reject(new Error('no answer'));
    };
    const [first, second] = [await start(context, clock, { ...store, renew }), await start(context, clock, store)];
    const slow = first.send();
    await first.started.wait();
    await clock.advance(119_000);
    const repetition = second.send();
    await clock.waitForSleepers(2);
    for (let turn = 0; turn < 200; turn++) await clock.advance(25);
    assert.equal(second.operations.length, 0);
    assert.equal((await repetition).status, 503);
    assert.ok(first.log.lines.some(({ message }) => message === 'idempotency lock not renewed'));
    first.gate.open();
    assert.equal((await slow).status, 201);
  });

  it('lets nobody in the same process take over from a handler that runs, even when no renewal arrives', async (context) => {
    const renew = () => Promise.reject(new Error('no answer'));
    const { clock, first } = await startTwo(context, { renew });
    const slow = first.send();
    await first.started.wait();
    await clock.advance(45_000);
    const [repetition, other] = [first.send(), first.send('b')];
    assert.equal((await other).status, 409);
    await clock.waitForSleepers(2);
    for (let turn = 0; turn < 200; turn++) await clock.advance(25);
    assert.equal(first.operations.length, 1);
    assert.equal((await repetition).status, 503);
    first.gate.open();
    assert.equal((await slow).status, 201);
  });

  it('ends with its process, and the next execution gets the same operation', async (context) => {
    const { clock, first, second } = await startTwo(context, { renew: () => Promise.reject(new Error('dead')) });
    const dying = first.send();
    await first.started.wait();
    await clock.advance(30_000);
    second.gate.open();
    assert.equal((await second.send()).status, 201);
    assert.match(first.operations[0] ?? '', /^[0-9a-f]{64}$/);
    assert.deepEqual(second.operations, first.operations);
    // It was not dead after all: the answer that is kept is the one of who took over.
    first.gate.open();
    await dying;
    assert.deepEqual([(await second.send()).headers['idempotency-replayed'], second.operations.length], ['true', 1]);
  });

  it('is not renewed any more when its server has closed around a handler that hangs', async (context) => {
    const { clock, first, second } = await startTwo(context, {});
    const cut = assert.rejects(first.send());
    await first.started.wait();
    const closed = first.listening.close({ graceMs: 1_000 });
    await clock.waitForSleepers(2);
    await clock.advance(1_000);
    await Promise.all([closed, cut]);
    assert.equal(clock.sleeping(), 0);
    await clock.advance(30_000);
    second.gate.open();
    assert.equal((await second.send()).status, 201);
    first.gate.open();
  });
});

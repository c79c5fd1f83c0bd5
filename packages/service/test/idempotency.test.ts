import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { z } from '@verifiedfan/schema';
import { createGate, createManualClock } from '@verifiedfan/test-utils';
import { createIdempotencyStore, type Route, route, ServiceError } from '../src/index.ts';
import { errorOf, openKeys, startService } from './support/service.ts';

const countingRoute = (handle: (count: number) => void | Promise<void> = () => {}) => {
  let executions = 0;
  const subject: Route = route({
    method: 'POST',
    path: '/things',
    summary: 'Counts how often it ran',
    access: 'token',
    body: z.strictObject({ id: z.string() }),
    idempotency: 'stored',
    responses: { 201: z.object({ count: z.int() }) },
    errors: ['TEAPOT'],
    async handler() {
      executions += 1;
      const count = executions;
      await handle(count);
      return { status: 201, data: { count }, headers: { etag: `"${count}"` } };
    },
  });
  return { subject, executions: () => executions };
};

const claims = { sub: 'user-1' };
const withKey = (key: string) => ({ 'idempotency-key': key });
const errors = { TEAPOT: 418 };

describe('an idempotency key', () => {
  it('repeats the first answer and says so', async (context) => {
    const { subject, executions } = countingRoute();
    const { call } = await startService(context, [subject], { errors });
    const send = () => call('/things', { json: { id: 'a' }, claims, headers: withKey('k1') });
    const [first, second] = [await send(), await send()];
    assert.deepEqual([first.status, first.headers['idempotency-replayed']], [201, undefined]);
    assert.deepEqual(
      [second.status, second.headers['idempotency-replayed'], second.headers.etag],
      [201, 'true', '"1"'],
    );
    assert.deepEqual((second.json() as { data: unknown }).data, { count: 1 });
    assert.equal(executions(), 1);
  });

  it('executes again without a key, with another key, and for another subject', async (context) => {
    const { subject, executions } = countingRoute();
    const { call } = await startService(context, [subject], { errors });
    await call('/things', { json: { id: 'a' }, claims });
    await call('/things', { json: { id: 'a' }, claims });
    await call('/things', { json: { id: 'a' }, claims, headers: withKey('k1') });
    await call('/things', { json: { id: 'a' }, claims, headers: withKey('k2') });
    await call('/things', { json: { id: 'b' }, claims: { sub: 'user-2' }, headers: withKey('k1') });
    assert.equal(executions(), 5);
  });

  it('is refused with another body', async (context) => {
    const { subject, executions } = countingRoute();
    const { call } = await startService(context, [subject], { errors });
    await call('/things', { json: { id: 'a' }, claims, headers: withKey('k1') });
    const answer = await call('/things', { json: { id: 'b' }, claims, headers: withKey('k1') });
    assert.deepEqual([answer.status, errorOf(answer).type, executions()], [409, 'IDEMPOTENCY_KEY_REUSED', 1]);
  });

  it('lets one of two concurrent requests execute, and the other wait for its answer', async (context) => {
    const [started, gate] = [createGate(), createGate()];
    const { subject, executions } = countingRoute(() => {
      started.open();
      return gate.wait();
    });
    const { call, clock } = await startService(context, [subject], { errors });
    const send = () => call('/things', { json: { id: 'a' }, claims, headers: withKey('k1') });
    const first = send();
    await started.wait();
    const second = send();
    // One sleeps until the lock has to be renewed, one until it looks again.
    await clock.waitForSleepers(2);
    gate.open();
    assert.equal((await first).status, 201);
    await clock.advance(100);
    const answer = await second;
    assert.deepEqual([answer.status, answer.headers['idempotency-replayed'], executions()], [201, 'true', 1]);
  });

  it('answers 503 when the first request takes too long, however long it takes', async (context) => {
    const [started, gate] = [createGate(), createGate()];
    const { subject, executions } = countingRoute(() => {
      started.open();
      return gate.wait();
    });
    const { call, clock } = await startService(context, [subject], { errors });
    const send = () => call('/things', { json: { id: 'a' }, claims, headers: withKey('k1') });
    const first = send();
    await started.wait();
    for (let minute = 0; minute < 2; minute++) {
      const second = send();
      await clock.waitForSleepers(2);
      for (let turn = 0; turn < 200; turn++) await clock.advance(25);
      const answer = await second;
      assert.deepEqual([answer.status, answer.headers['retry-after'], executions()], [503, '1', 1]);
      await clock.advance(60_000);
    }
    gate.open();
    assert.equal((await first).status, 201);
    assert.deepEqual([(await send()).headers['idempotency-replayed'], executions()], ['true', 1]);
  });

  it('keeps a refusal, but not a failure', async (context) => {
    const { subject, executions } = countingRoute((count) => {
      if (count === 1) throw new Error('broken');
      throw new ServiceError({ code: 'TEAPOT', message: 'Short and stout' });
    });
    const { call } = await startService(context, [subject], { errors });
    const send = () => call('/things', { json: { id: 'a' }, claims, headers: withKey('k1') });
    assert.equal((await send()).status, 500);
    assert.equal((await send()).status, 418);
    const repeated = await send();
    assert.deepEqual(
      [repeated.status, errorOf(repeated).type, repeated.headers['idempotency-replayed']],
      [418, 'TEAPOT', 'true'],
    );
    assert.equal(executions(), 2);
  });

  it('is forgotten after 24 hours, and removed from the store', async (context) => {
    const clock = createManualClock();
    const collection = openKeys(context);
    const { subject, executions } = countingRoute();
    const idempotencyStore = createIdempotencyStore({ collection, clock });
    const { call } = await startService(context, [subject], { errors, clock, idempotencyStore });
    await call('/things', { json: { id: 'a' }, claims, headers: withKey('k1') });
    await clock.advance(86_399_999);
    await call('/things', { json: { id: 'a' }, claims, headers: withKey('k1') });
    assert.equal(executions(), 1);
    await clock.advance(60_001);
    await call('/things', { json: { id: 'other' }, claims, headers: withKey('k2') });
    assert.equal(await collection.count(), 1);
    await call('/things', { json: { id: 'b' }, claims, headers: withKey('k1') });
    assert.equal(executions(), 3);
  });

  it('lets one of several take over from a request that died', async (context) => {
    const clock = createManualClock();
    const store = createIdempotencyStore({ collection: openKeys(context), clock });
    const claim = (attempt: string) =>
      store.claim({
        id: 'k',
        fingerprint: 'f',
        rights: 'r',
        attempt,
        lockedUntilMs: clock.now() + 100,
        expiresAtMs: clock.now() + 1_000,
      });
    assert.deepEqual(await claim('a'), { outcome: 'mine' });
    await clock.advance(100);
    const claims = await Promise.all(['b', 'c', 'd'].map(claim));
    assert.deepEqual(claims.map(({ outcome }) => outcome).sort(), ['mine', 'running', 'running']);
  });

  it('stores neither the key nor the request in the clear', async (context) => {
    const clock = createManualClock();
    const collection = openKeys(context);
    const { subject } = countingRoute();
    const { call } = await startService(context, [subject], {
      errors,
      idempotencyStore: createIdempotencyStore({ collection, clock }),
    });
    await call('/things', { json: { id: 'fan@example.com' }, claims, headers: withKey('secret-key') });
    const stored = JSON.stringify(await collection.find());
    assert.match(stored, /fingerprint/);
    assert.doesNotMatch(stored, /fan@example|secret-key/);
  });

  it('still answers when its answer cannot be kept', async (context) => {
    const clock = createManualClock();
    const collection = openKeys(context);
    const store = createIdempotencyStore({ collection, clock });
    const broken = { ...store, complete: () => Promise.reject(new Error('store is down')) };
    const { subject } = countingRoute();
    const { call, log } = await startService(context, [subject], { errors, idempotencyStore: broken });
    assert.equal((await call('/things', { json: { id: 'a' }, claims, headers: withKey('k1') })).status, 201);
    assert.ok(log.lines.some(({ level }) => level === 'warn'));
  });

  it('has 1 to 128 visible characters', async (context) => {
    const { subject } = countingRoute();
    const { call } = await startService(context, [subject], { errors });
    for (const key of ['', 'a b', 'x'.repeat(129)]) {
      assert.equal((await call('/things', { json: { id: 'a' }, claims, headers: withKey(key) })).status, 400, key);
    }
  });
});

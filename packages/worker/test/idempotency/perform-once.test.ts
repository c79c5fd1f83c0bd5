import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Table } from '@verifiedfan/ports';
import { type LookedUp, type PerformResult, performOnce } from '../../src/idempotency/index.ts';
import { createClock, EVERY_MOMENT, failingOnce, openTable } from './support/index.ts';

const key = { PK: 'sale:1', SK: 'text:1' };
const LEASE_MS = 1_000;

/** A provider that sends texts and, unlike the sender, survives. */
const setUp = async () => {
  const table = await openTable();
  const clock = createClock();
  await table.updateMany([{ put: { ...key, state: 'scheduled' } }]);
  const sent: number[] = [];
  let run = 0;
  type Overrides = { through?: Table; lookup?: LookedUp; perform?: (attempt: number) => void };
  const send = ({ through = table, lookup, perform = () => undefined }: Overrides = {}): Promise<PerformResult> =>
    performOnce({
      table: through,
      key,
      owner: `run-${++run}`,
      leaseMs: LEASE_MS,
      clock,
      from: ['scheduled'],
      to: 'sending',
      lookup: async () =>
        lookup ?? (sent.length > 0 ? { outcome: 'happened', state: 'sent' } : { outcome: 'did-not-happen' }),
      async perform({ attempt }) {
        perform(attempt);
        sent.push(attempt);
        return { state: 'sent', set: { attempt } };
      },
    });
  return { table, clock, sent, send };
};

describe('performOnce', () => {
  it('acts, writes the result and does not act again', async () => {
    const { table, sent, send } = await setUp();
    assert.deepEqual(await send(), { outcome: 'performed', state: 'sent' });
    assert.equal((await send()).outcome, 'refused');
    assert.deepEqual(sent, [1]);
    assert.equal((await table.get(key))?.attempt, 1);
  });

  it('acts once for any number of callers at once, and tells the others when to come back', async () => {
    const { clock, sent, send } = await setUp();
    const results = await Promise.all([send(), send(), send()]);
    assert.equal(sent.length, 1);
    assert.equal(results.filter(({ outcome }) => outcome === 'performed').length, 1);
    for (const result of results) if (result.outcome === 'held') assert.equal(result.retryAtMs, clock.now() + LEASE_MS);
  });

  it('acts once when it is killed at any step, and redelivered until it is done', async () => {
    for (const nth of [1, 2]) {
      for (const moment of EVERY_MOMENT) {
        const { table, clock, sent, send } = await setUp();
        await assert.rejects(send({ through: failingOnce(table, 'updateMany', nth, moment) }), { code: 'unavailable' });
        clock.advance(LEASE_MS);
        await send();
        assert.equal(sent.length, 1, `killed ${moment} write ${nth}`);
        assert.equal((await table.get(key))?.state, 'sent');
      }
    }
  });

  it('looks up what an attempt did whose outcome is unknown', async () => {
    const { clock, sent, send } = await setUp();
    const timedOut = () => {
      throw new Error('no answer from the provider');
    };
    await assert.rejects(send({ perform: timedOut }), /no answer/);
    assert.equal((await send()).outcome, 'held');
    clock.advance(LEASE_MS);
    assert.deepEqual(await send({ lookup: { outcome: 'happened', state: 'sent' } }), {
      outcome: 'found',
      state: 'sent',
    });
    assert.deepEqual(sent, []);
  });

  it('does nothing while the outcome cannot be told, and asks again later', async () => {
    const { clock, sent, send } = await setUp();
    const timedOut = () => {
      throw new Error('no answer from the provider');
    };
    await assert.rejects(send({ perform: timedOut }));
    clock.advance(LEASE_MS);
    const unknown = await send({ lookup: { outcome: 'unknown' } });
    assert.deepEqual(unknown, { outcome: 'unknown', retryAtMs: clock.now() + LEASE_MS });
    clock.advance(LEASE_MS);
    assert.deepEqual(await send({ lookup: { outcome: 'did-not-happen' } }), { outcome: 'performed', state: 'sent' });
    assert.deepEqual(sent, [3]);
  });

  it('says that it was too slow when it was taken over while it acted', async () => {
    const { table, clock, sent, send } = await setUp();
    let overtaking: Promise<PerformResult> | undefined;
    const slowly = () => {
      clock.advance(LEASE_MS);
      overtaking ??= send({ lookup: { outcome: 'unknown' } });
    };
    const updateMany: Table['updateMany'] = async (actions) => {
      await overtaking;
      return table.updateMany(actions);
    };
    const waiting: Table = { ...table, updateMany };
    assert.deepEqual(await send({ through: waiting, perform: slowly }), { outcome: 'lost' });
    clock.advance(LEASE_MS);
    assert.deepEqual(await send(), { outcome: 'found', state: 'sent' });
    assert.deepEqual(sent, [1]);
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Item, Table } from '@verifiedfan/ports';
import {
  type Claim,
  type ClaimResult,
  claim,
  complete,
  release,
  renew,
  stillClaimed,
} from '../../src/idempotency/index.ts';
import { createClock, EVERY_MOMENT, failingOnce, openTable } from './support/index.ts';

const key = { PK: 'sale:1', SK: 'text:1' };
const LEASE_MS = 1_000;

const setUp = async () => {
  const table = await openTable();
  const clock = createClock();
  await table.updateMany([{ put: { ...key, state: 'scheduled' } }]);
  const take = (owner: string, through: Table = table): Promise<ClaimResult> =>
    claim({ table: through, key, owner, leaseMs: LEASE_MS, clock, from: ['scheduled'], to: 'sending' });
  const stored = async (): Promise<Item | undefined> => table.get(key);
  return { table, clock, take, stored };
};
const claimed = (result: ClaimResult): Claim => {
  assert.ok(result.outcome === 'claimed', result.outcome);
  return result.claim;
};

describe('claim', () => {
  it('is given to one of many at once', async () => {
    const { take } = await setUp();
    const results = await Promise.all(['a', 'b', 'c', 'd'].map((owner) => take(owner)));
    assert.deepEqual(results.map(({ outcome }) => outcome).sort(), ['claimed', 'held', 'held', 'held']);
  });

  it('tells who holds it until when', async () => {
    const { take, clock } = await setUp();
    const { attempt, leaseUntilMs } = claimed(await take('a'));
    assert.deepEqual([attempt, leaseUntilMs], [1, clock.now() + LEASE_MS]);
    assert.deepEqual(await take('b'), { outcome: 'held', owner: 'a', untilMs: leaseUntilMs });
  });

  it('can be taken over once its lease ran out, under the next number, naming what was abandoned', async () => {
    const { take, clock } = await setUp();
    await take('a');
    clock.advance(LEASE_MS - 1);
    assert.equal((await take('b')).outcome, 'held');
    clock.advance(1);
    const result = await take('b');
    assert.equal(claimed(result).attempt, 2);
    assert.deepEqual(result.outcome === 'claimed' && result.abandoned, { owner: 'a', attempt: 1 });
  });

  it('refuses rows in other states and missing rows, unless a missing one may be claimed', async () => {
    const { table, take, clock } = await setUp();
    await table.updateMany([{ put: { ...key, state: 'sent' } }]);
    assert.deepEqual(await take('a'), { outcome: 'refused', item: { ...key, state: 'sent' } });
    const other = { table, key: { PK: 'lock', SK: 'x' }, owner: 'a', leaseMs: LEASE_MS, clock, from: [], to: 'busy' };
    assert.deepEqual(await claim(other), { outcome: 'refused', item: undefined });
    const result = await claim({ ...other, orAbsent: true });
    assert.equal(claimed(result).attempt, 1);
    assert.equal((await claim({ ...other, owner: 'b', orAbsent: true })).outcome, 'held');
  });

  it('finds its own claim when the answer was lost, and says that it may have acted', async () => {
    for (const moment of EVERY_MOMENT) {
      const { table, take } = await setUp();
      await assert.rejects(take('a', failingOnce(table, 'updateMany', 1, moment)), { code: 'unavailable' });
      const result = await take('a');
      assert.equal(claimed(result).attempt, 1);
      const abandoned = moment === 'before' ? undefined : { owner: 'a', attempt: 1 };
      assert.deepEqual(result.outcome === 'claimed' && result.abandoned, abandoned);
    }
  });

  it('needs a state of its own', async () => {
    const { table, clock } = await setUp();
    const options = { table, key, owner: 'a', leaseMs: LEASE_MS, clock, from: ['sending'], to: 'sending' };
    await assert.rejects(claim(options), { code: 'misuse', retryable: false });
  });
});

describe('a claim that was taken over', () => {
  it('can no longer be renewed, completed or released', async () => {
    const { table, clock, take, stored } = await setUp();
    const first = claimed(await take('a'));
    clock.advance(LEASE_MS);
    const second = claimed(await take('b'));
    assert.equal(await renew({ table, claim: first, leaseMs: LEASE_MS, clock }), undefined);
    assert.equal(await complete({ table, claim: first, state: 'sent' }), 'lost');
    assert.equal(await release({ table, claim: first, state: 'scheduled' }), 'lost');
    assert.equal(await complete({ table, claim: second, state: 'sent', set: { messageId: 'm' } }), 'settled');
    assert.equal(await complete({ table, claim: first, state: 'sent' }), 'lost');
    const row = { ...key, state: 'sent', messageId: 'm', leaseOwner: 'b', leaseAttempt: 2 };
    assert.deepEqual(await stored(), row);
  });

  it('is fenced off by its number when the same owner claims again, and by its owner when the row was made anew', async () => {
    const { table, clock, take } = await setUp();
    const first = claimed(await take('a'));
    clock.advance(LEASE_MS);
    assert.equal(claimed(await take('a')).attempt, 2);
    assert.equal(await renew({ table, claim: first, leaseMs: LEASE_MS, clock }), undefined);
    await table.updateMany([{ put: { ...key, state: 'scheduled' } }]);
    assert.equal(claimed(await take('b')).attempt, 1);
    assert.equal(await renew({ table, claim: first, leaseMs: LEASE_MS, clock }), undefined);
  });

  it('fails the conditions of its own transactions', async () => {
    const { table, clock, take } = await setUp();
    const first = claimed(await take('a'));
    const write = () =>
      table.transact([{ check: key, condition: stillClaimed(first) }, { put: { PK: 'x', SK: 'y' } }], {
        token: String(clock.now()),
      });
    assert.equal((await write()).outcome, 'applied');
    clock.advance(LEASE_MS);
    await take('b');
    assert.equal((await write()).outcome, 'refused');
  });
});

describe('a claim whose lease ran out unnoticed', () => {
  it('still counts until somebody takes it over', async () => {
    const { table, clock, take } = await setUp();
    const held = claimed(await take('a'));
    clock.advance(10 * LEASE_MS);
    assert.equal(await complete({ table, claim: held, state: 'sent' }), 'settled');
  });
});

describe('renew', () => {
  it('holds off others for another lease', async () => {
    const { table, clock, take } = await setUp();
    const held = claimed(await take('a'));
    clock.advance(LEASE_MS - 1);
    const renewed = await renew({ table, claim: held, leaseMs: LEASE_MS, clock });
    assert.equal(renewed?.leaseUntilMs, clock.now() + LEASE_MS);
    clock.advance(LEASE_MS - 1);
    assert.equal((await take('b')).outcome, 'held');
  });
});

describe('release', () => {
  it('lets others claim at once, with nothing abandoned and a higher number', async () => {
    const { table, take } = await setUp();
    await release({ table, claim: claimed(await take('a')), state: 'scheduled' });
    const result = await take('b');
    assert.equal(claimed(result).attempt, 2);
    assert.equal(result.outcome === 'claimed' && result.abandoned, undefined);
  });
});

describe('complete', () => {
  it('can be repeated when its answer was lost', async () => {
    for (const moment of EVERY_MOMENT) {
      const { table, take, stored } = await setUp();
      const held = claimed(await take('a'));
      const dying = failingOnce(table, 'updateMany', 1, moment);
      await assert.rejects(complete({ table: dying, claim: held, state: 'sent' }), { code: 'unavailable' });
      assert.equal(await complete({ table, claim: held, state: 'sent' }), 'settled');
      assert.equal((await stored())?.state, 'sent');
    }
  });

  it('ends in another state', async () => {
    const { table, take } = await setUp();
    const held = claimed(await take('a'));
    await assert.rejects(complete({ table, claim: held, state: 'sending' }), { code: 'misuse' });
  });
});

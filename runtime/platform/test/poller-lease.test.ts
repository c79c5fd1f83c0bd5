import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { openLevelTable, systemClock } from '@verifiedfan/embedded';
import { createManualClock } from '@verifiedfan/test-utils';
import { takePollerLease } from '../src/aws/poller-lease.ts';
import { PollerRunsError } from '../src/aws/poller-runs-error.ts';

const LEASE_MS = 30_000;

const setUp = (test: TestContext) => {
  const clock = createManualClock();
  const table = openLevelTable({ name: 'checkpointTable', memory: true, clock: systemClock });
  test.after(() => table.close());
  const lost: string[] = [];
  const waits: string[] = [];
  const stopping = new AbortController();
  const take = (owner: string) =>
    takePollerLease({
      ...{ table, tableName: 'stage-one-checkpointTable', owner, clock, leaseMs: LEASE_MS, signal: stopping.signal },
      onWait: (other, mostMs) => void waits.push(`${owner} for ${other}, ${mostMs}`),
      onLost: () => void lost.push(owner),
    });
  return { clock, table, lost, waits, stopping, take };
};

/** Lets everything that is ready run, so that whoever sleeps next sleeps on the clock. */
const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 50; turn += 1) await new Promise((done) => setImmediate(done));
};

describe('the lease of the process that polls a stage', () => {
  it('keeps a second process out as soon as the first is seen to live, and says whose table it is and what to do', async (test) => {
    const { clock, take, lost, waits } = setUp(test);
    const first = await take('one');
    const refused = take('two').then(
      () => assert.fail('two pollers'),
      (error: unknown) => error,
    );
    // One renewal, not a whole lease.
    for (let step = 0; step < LEASE_MS / 3_000 + 2; step += 1) {
      await settle();
      await clock.advance(1_000);
    }
    const error = await refused;
    assert.ok(error instanceof PollerRunsError);
    assert.equal(error.code, 'stage_is_polled');
    assert.equal(error.retryable, true);
    for (const part of [/\(one\)/, /stage-one-checkpointTable/, /Stop that process/, /30 s/, /RESOURCE_PREFIX/])
      assert.match(error.message, part);
    assert.deepEqual(waits, [`two for one, ${LEASE_MS}`]);
    assert.deepEqual(lost, []);
    await first.release();
  });

  it('goes to who waits when it is given back meanwhile', async (test) => {
    const { clock, take, lost } = setUp(test);
    const first = await take('one');
    const taking = take('two');
    await settle();
    await first.release();
    await clock.advance(1_000);
    await (await taking).release();
    assert.deepEqual(lost, []);
  });

  it('goes to one of two who wait for a dead owner, and the other is refused by name', async (test) => {
    const { clock, take, table } = setUp(test);
    await take('one');
    const { updateMany } = table;
    table.updateMany = async (actions) => {
      if (JSON.stringify(actions).includes('"one"')) throw new Error('no connection');
      return updateMany(actions);
    };
    const both = Promise.allSettled([take('two'), take('three')]);
    for (let step = 0; step <= LEASE_MS / 1_000 + 1; step += 1) {
      await settle();
      await clock.advance(1_000);
    }
    const results = await both;
    const [winner] = results.filter((result) => result.status === 'fulfilled');
    const [loser] = results.filter((result) => result.status === 'rejected');
    assert.ok(winner !== undefined && loser?.reason instanceof PollerRunsError);
    assert.match(loser.reason.message, /\((two|three)\)/);
    await winner.value.release();
  });

  it('is not waited for any longer when the start is interrupted', async (test) => {
    const { take, stopping } = setUp(test);
    const first = await take('one');
    const refused = assert.rejects(take('two'), PollerRunsError);
    await settle();
    stopping.abort();
    await refused;
    await first.release();
  });

  it('goes to the next at once when it is released', async (test) => {
    const { take } = setUp(test);
    await (await take('one')).release();
    await (await take('two')).release();
  });

  it('goes to the next when its owner died, and tells an owner who only seemed dead', async (test) => {
    const { clock, take, table, lost } = setUp(test);
    const first = await take('one');
    // The first process hangs: it renews nothing.
    const { updateMany } = table;
    let hangs = true;
    table.updateMany = async (actions) => {
      const isFirst = JSON.stringify(actions).includes('"one"');
      if (hangs && isFirst) throw new Error('no connection');
      return updateMany(actions);
    };
    const taking = take('two');
    for (let step = 0; step < 12; step += 1) {
      await settle();
      await clock.advance(LEASE_MS / 6);
    }
    const second = await taking;
    await settle();
    assert.deepEqual(lost, ['one']);
    hangs = false;
    await first.release();
    await assert.doesNotReject(second.release());
  });

  it('is told to be lost before anybody else has it when the table answers nothing at all', async (test) => {
    const { clock, take, table, lost } = setUp(test);
    const first = await take('one');
    const { updateMany } = table;
    const hanging = Promise.withResolvers<void>();
    table.updateMany = async (actions) => {
      if (JSON.stringify(actions).includes('"one"')) await hanging.promise;
      return updateMany(actions);
    };
    const takenAtMs: number[] = [];
    const startedMs = clock.now();
    let lostAtMs = Number.POSITIVE_INFINITY;
    const taking = take('two').then((lease) => {
      takenAtMs.push(clock.now());
      return lease;
    });
    for (let step = 0; step <= LEASE_MS / 1_000 + 1; step += 1) {
      await settle();
      if (lost.length > 0) lostAtMs = Math.min(lostAtMs, clock.now());
      await clock.advance(1_000);
    }
    const second = await taking;
    assert.deepEqual(lost, ['one']);
    assert.ok(lostAtMs - startedMs <= (LEASE_MS * 2) / 3 + 1_000, `${lostAtMs - startedMs}`);
    assert.ok(lostAtMs < (takenAtMs[0] ?? 0));
    // Its renewal arrives at last, and changes nothing.
    hanging.resolve();
    await settle();
    await first.release();
    await second.release();
    assert.deepEqual(lost, ['one']);
  });

  it('is tried again soon after a renewal that failed, and goes on', async (test) => {
    const { clock, take, table, lost } = setUp(test);
    const first = await take('one');
    const { updateMany } = table;
    let failures = 3;
    table.updateMany = async (actions) => {
      failures -= 1;
      if (failures >= 0) throw new Error('no connection');
      return updateMany(actions);
    };
    for (let step = 0; step < 4 * (LEASE_MS / 1_000); step += 1) {
      await settle();
      await clock.advance(1_000);
    }
    assert.deepEqual(lost, []);
    await first.release();
  });

  it('is not begun with when the table answered too late', async (test) => {
    const { clock, take, table } = setUp(test);
    const { updateMany } = table;
    table.updateMany = async (actions) => {
      await clock.sleep(LEASE_MS);
      return updateMany(actions);
    };
    const taking = assert.rejects(take('one'), { code: 'unavailable', retryable: true });
    await settle();
    await clock.advance(LEASE_MS);
    await taking;
  });

  it('does not hold up the end of its process when the table answers nothing', async (test) => {
    const { clock, take, table } = setUp(test);
    const first = await take('one');
    table.updateMany = () => new Promise(() => {});
    await clock.advance(LEASE_MS / 3);
    await settle();
    const releasing = first.release();
    for (let step = 0; step < 30; step += 1) {
      await settle();
      await clock.advance(1_000);
    }
    await releasing;
  });
});

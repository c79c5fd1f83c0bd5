import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { openLevelTable, systemClock } from '@verifiedfan/embedded';
import { createManualClock } from '@verifiedfan/test-utils';
import { PollerRunsError, takePollerLease } from '../src/aws/poller-lease.ts';

const LEASE_MS = 30_000;

const setUp = (test: TestContext) => {
  const clock = createManualClock();
  const table = openLevelTable({ name: 'checkpointTable', memory: true, clock: systemClock });
  test.after(() => table.close());
  const lost: string[] = [];
  const take = (owner: string) =>
    takePollerLease({
      ...{ table, owner, clock, leaseMs: LEASE_MS, signal: new AbortController().signal },
      onLost: () => void lost.push(owner),
    });
  return { clock, table, lost, take };
};

/** Lets everything that is ready run, so that whoever sleeps next sleeps on the clock. */
const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 50; turn += 1) await new Promise((done) => setImmediate(done));
};

describe('the lease of the process that polls a stage', () => {
  it('keeps a second process out as long as the first renews it', async (test) => {
    const { clock, take, lost } = setUp(test);
    const first = await take('one');
    const second = assert.rejects(
      take('two'),
      (error) => error instanceof PollerRunsError && /one/.test(error.message),
    );
    for (let step = 0; step < 8; step += 1) {
      await settle();
      await clock.advance(LEASE_MS / 6);
    }
    await second;
    assert.deepEqual(lost, []);
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
});

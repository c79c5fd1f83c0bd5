import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import type { JsonObject } from '@verifiedfan/ports';
import { fileKey } from '../scoring/domain/keys.ts';
import { createTestClock } from './support/clock.ts';
import { openTestPlatform } from './support/platform.ts';
import { aScore, aWithdrawal, FOREIGN_RECORDS, scoresEvent } from './support/scoring.ts';
import { startTestServices } from './support/services.ts';
import { makeSetting } from './support/setting.ts';

type Answer = { batchItemFailures: { itemIdentifier: string }[]; [counter: string]: unknown };
const NOTHING = { records: 0, input: 0, scoring: 0, entries: 0, found: 0, inserted: 0, updated: 0, failed: 0 };

/** The worker, and entry-service behind a proxy that can break its answers. */
const setUp = async (context: TestContext) => {
  const clock = createTestClock();
  const services = await startTestServices(context, clock);
  const platform = openTestPlatform(context, { clock });
  const { endpoint, workerToken, entryFaults, entriesOf } = services;
  const setting = makeSetting(context, { platform, endpoint, workerToken });
  const run = async (bodies: readonly (JsonObject | string)[]) => {
    const { batchItemFailures, ...counts } = await setting.run<Answer>('saveEntryScoring', scoresEvent(bodies));
    return { counts, failures: batchItemFailures.length };
  };
  return { ...setting, run, entryFaults, entriesOf };
};

describe('saveEntryScoring', () => {
  it('inserts entries, and finds them unchanged when the records come again', async (context) => {
    const { run, entriesOf } = await setUp(context);
    const bodies = [aScore(), aScore({ memberId: 'bob', isVerified: true, modelVersion: 'v1' })];
    const first = await run(bodies);
    assert.deepEqual(first.counts, { ...NOTHING, records: 2, input: 2, scoring: 2, entries: 2, inserted: 2 });
    const again = await run(bodies);
    assert.deepEqual(again.counts, { ...NOTHING, records: 2, input: 2, scoring: 2, entries: 2, found: 2 });
    assert.equal((await entriesOf('tour')).length, 2);
  });

  it('leaves out fans without a first choice', async (context) => {
    const { run } = await setUp(context);
    const { counts } = await run([aScore({ events: [] })]);
    assert.deepEqual(counts, { ...NOTHING, records: 1, input: 1 });
  });

  it('leaves out records of a superseded load', async (context) => {
    const { run, platform, entriesOf } = await setUp(context);
    await platform.table('demandTable').updateMany([{ put: { ...fileKey(aScore().file), floor: 2 } }]);
    const { counts } = await run([aScore()]);
    assert.deepEqual(counts, { ...NOTHING, records: 1, input: 1 });
    assert.deepEqual(await entriesOf('tour'), []);
  });

  it('withdraws what an upload no longer says, in the batch of its scores too', async (context) => {
    const { run, entriesOf } = await setUp(context);
    const { counts } = await run([aScore(), aScore({ memberId: 'bob' }), aWithdrawal()]);
    assert.equal(counts.removed, 1);
    assert.deepEqual(
      (await entriesOf('tour')).map(({ memberId }) => memberId),
      ['bob'],
    );
  });

  it('dead-letters every foreign record, and posts their neighbours', async (context) => {
    const { run, letters } = await setUp(context);
    const foreign = Object.values(FOREIGN_RECORDS);
    const { counts, failures } = await run([aScore(), ...foreign, aScore({ memberId: 'bob' })]);
    assert.deepEqual({ entries: counts.entries, failures }, { entries: 2, failures: 0 });
    assert.equal((await letters()).length, foreign.length);
  });

  it('repeats a call whose answer was lost, and enters nothing twice', async (context) => {
    const { run, entryFaults, entriesOf } = await setUp(context);
    const faults = ['after', 'reset'] as const;
    entryFaults.decide = () => faults[entryFaults.requests - 1];
    const { counts, failures } = await run([aScore()]);
    assert.equal(entryFaults.requests, 3);
    assert.deepEqual({ found: counts.found, failures }, { found: 1, failures: 0 });
    assert.equal((await entriesOf('tour')).length, 1);
  });

  it('reports the records of a campaign whose calls fail, and enters those of the others', async (context) => {
    const { run, entryFaults, entriesOf } = await setUp(context);
    entryFaults.decide = ({ body }) => (body.includes('"tour"') ? 'before' : undefined);
    const { counts, failures } = await run([aScore({ campaignId: 'other' }), aScore(), aScore({ memberId: 'bob' })]);
    assert.deepEqual(
      { entries: counts.entries, failed: counts.failed, failures },
      { entries: 1, failed: 2, failures: 1 },
    );
    assert.deepEqual((await entriesOf('other')).length, 1);
    assert.deepEqual(await entriesOf('tour'), []);
  });

  it('splits a call that is refused for its content until the row at fault stands alone', async (context) => {
    const { run, entryFaults, letters } = await setUp(context);
    entryFaults.decide = ({ body }) => (body.includes('"m3"') ? 'refuse' : undefined);
    const { counts, failures } = await run([1, 2, 3, 4, 5].map((at) => aScore({ memberId: `m${at}` })));
    assert.deepEqual(
      { entries: counts.entries, failed: counts.failed, failures },
      { entries: 4, failed: 1, failures: 0 },
    );
    assert.equal((await letters()).length, 1);
  });

  it('splits 1,200 rows of a campaign into calls that entry-service takes', async (context) => {
    const { run, entryFaults } = await setUp(context);
    const { counts } = await run(Array.from({ length: 1_200 }, (_, at) => aScore({ memberId: `m${at}` })));
    assert.deepEqual({ inserted: counts.inserted, calls: entryFaults.requests }, { inserted: 1_200, calls: 3 });
  });
});

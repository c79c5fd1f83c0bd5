import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { PortError } from '@verifiedfan/ports';
import { fileKey, memberKey } from '../scoring/domain/keys.ts';
import { openTestPlatform } from './support/platform.ts';
import { aScore, aWithdrawal, FOREIGN_RECORDS, scoresEvent } from './support/scoring.ts';
import { makeSetting, withTable } from './support/setting.ts';

const LATER = '2026-01-02T00:00:00Z';
const OTHER_FILE = 'f0000000000000002';
type Answer = { batchItemFailures: { itemIdentifier: string }[]; removed?: number; [counter: string]: unknown };
const counts = ({ batchItemFailures: _, ...rest }: Answer) => rest;
const NOTHING = { in: 0, success: 0, created: 0, updated: 0, unchanged: 0, invalid: 0, failed: 0 };

describe('loadScoresToDynamoDB', () => {
  it('creates a row, and calls the same record again unchanged', async (context) => {
    const { run, platform } = makeSetting(context);
    const event = scoresEvent([aScore()]);
    assert.deepEqual(counts(await run('loadScoresToDynamoDB', event)), { ...NOTHING, in: 1, success: 1, created: 1 });
    assert.deepEqual(counts(await run('loadScoresToDynamoDB', event)), { ...NOTHING, in: 1, success: 1, unchanged: 1 });
    const row = await platform.table('demandTable').get(memberKey('tour', 'ann'));
    assert.deepEqual({ score: row?.score, line: row?.line }, { score: 0.5, line: 2 });
  });

  it('updates a row with a newer score, whatever comes first', async (context) => {
    const { run, platform } = makeSetting(context);
    const newer = aScore({ file: OTHER_FILE, load: 2, score: 0.9, scoredAt: LATER });
    const first = await run<Answer>('loadScoresToDynamoDB', scoresEvent([aScore(), newer]));
    assert.deepEqual(counts(first), { ...NOTHING, in: 2, success: 2, created: 1, updated: 1 });
    const again = await run<Answer>('loadScoresToDynamoDB', scoresEvent([newer, aScore()]));
    assert.equal(again.unchanged, 2);
    assert.equal((await platform.table('demandTable').get(memberKey('tour', 'ann')))?.score, 0.9);
  });

  it('moves the version of equal content alone, and shuts out what is older from then on', async (context) => {
    const { run, platform } = makeSetting(context);
    await run('loadScoresToDynamoDB', scoresEvent([aScore()]));
    const moved = await run<Answer>('loadScoresToDynamoDB', scoresEvent([aScore({ load: 3, scoredAt: LATER })]));
    assert.equal(moved.unchanged, 1);
    const between = await run<Answer>('loadScoresToDynamoDB', scoresEvent([aScore({ load: 2, score: 1 })]));
    assert.equal(between.unchanged, 1);
    const row = await platform.table('demandTable').get(memberKey('tour', 'ann'));
    assert.deepEqual({ score: row?.score, load: row?.load }, { score: 0.5, load: 3 });
  });

  it('brings a hidden row back when the one before it is withdrawn, and counts that as removed', async (context) => {
    const { run, platform } = makeSetting(context);
    const hidden = aScore({ file: OTHER_FILE, load: 2, score: 0.1, scoredAt: '2025-01-01T00:00:00Z' });
    await run('loadScoresToDynamoDB', scoresEvent([aScore(), hidden]));
    const answer = await run<Answer>('loadScoresToDynamoDB', scoresEvent([aWithdrawal({ load: 5 })]));
    assert.deepEqual(counts(answer), { ...NOTHING, removed: 1 });
    assert.equal((await platform.table('demandTable').get(memberKey('tour', 'ann')))?.score, 0.1);
  });

  it('leaves out records of a superseded load as unchanged', async (context) => {
    const { run, platform } = makeSetting(context);
    const table = platform.table('demandTable');
    await table.updateMany([{ put: { ...fileKey(aScore().file), floor: 2 } }]);
    const answer = await run<Answer>('loadScoresToDynamoDB', scoresEvent([aScore()]));
    assert.deepEqual(counts(answer), { ...NOTHING, in: 1, success: 1, unchanged: 1 });
    assert.equal(await table.get(memberKey('tour', 'ann')), undefined);
  });

  for (const [what, body] of Object.entries(FOREIGN_RECORDS)) {
    it(`dead-letters a record ${what}, and works on its neighbours`, async (context) => {
      const { run, letters } = makeSetting(context);
      const event = scoresEvent([aScore(), body, aScore({ memberId: 'bob' })]);
      const answer = await run<Answer>('loadScoresToDynamoDB', event);
      assert.deepEqual({ created: answer.created, retried: answer.batchItemFailures }, { created: 2, retried: [] });
      assert.equal(answer.in, Number(answer.success) + Number(answer.invalid));
      assert.equal((await letters()).length, 1);
    });
  }

  it('reports the first record whose row could not be written, and says nothing about its neighbours', async (context) => {
    const platform = openTestPlatform(context);
    const throttled = new PortError({ code: 'throttled', message: 'too fast' });
    const slow = withTable(platform, (table) => ({
      ...table,
      updateMany: async (actions) => {
        const results = await table.updateMany(actions);
        return results.map((result, at) => (at === 1 ? { outcome: 'failed', error: throttled } : result));
      },
    }));
    const { run } = makeSetting(context, { platform: slow });
    const event = scoresEvent(['ann', 'bob', 'cy'].map((memberId) => aScore({ memberId })));
    const answer = await run<Answer>('loadScoresToDynamoDB', event);
    assert.deepEqual(counts(answer), { ...NOTHING, in: 3, success: 2, created: 2, failed: 1 });
    assert.deepEqual(answer.batchItemFailures, [{ itemIdentifier: event.Records[1]?.kinesis.sequenceNumber }]);
  });

  it('counts all records as failed when the table does not answer at all, so that the equation holds', async (context) => {
    const platform = openTestPlatform(context);
    const gone = withTable(platform, (table) => ({
      ...table,
      updateMany: async () => {
        throw new PortError({ code: 'unavailable', message: 'no answer' });
      },
    }));
    const { run } = makeSetting(context, { platform: gone });
    const answer = await run<Answer>('loadScoresToDynamoDB', scoresEvent([aScore(), aScore({ memberId: 'bob' })]));
    assert.deepEqual({ failed: answer.failed, success: answer.success }, { failed: 2, success: 0 });
    assert.equal(answer.batchItemFailures.length, 1);
  });

  it('dead-letters the one row that is too large for a table, and writes the others', async (context) => {
    const { run, letters } = makeSetting(context);
    const deep = (levels: number): object => (levels === 0 ? {} : { in: deep(levels - 1) });
    const meta = { correlation: 'c', ...deep(40) };
    const answer = await run<Answer>(
      'loadScoresToDynamoDB',
      scoresEvent([aScore({ memberId: 'bob', meta }), aScore()]),
    );
    assert.deepEqual({ created: answer.created, failed: answer.failed }, { created: 1, failed: 1 });
    assert.deepEqual(answer.batchItemFailures, []);
    assert.equal((await letters()).length, 1);
  });
});

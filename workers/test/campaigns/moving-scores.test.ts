import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Table } from '@verifiedfan/ports';
import { foldShard, repairCounts } from '@verifiedfan/worker';
import { workers } from '../../index.ts';
import { COUNT_NAMES, COUNTED_SUMS } from '../../scoring/domain/counts.ts';
import { memberKey, profileKey } from '../../scoring/domain/keys.ts';
import { readScoresVersion } from '../../scoring/domain/scores-version.ts';
import { withServices } from '../support/host.ts';
import { claimsOf } from '../support/real-services.ts';
import { replacing } from '../support/setting.ts';
import {
  CAMPAIGN,
  members,
  type RefreshAnswer,
  refreshEvent,
  type Selections,
  saveMembers,
  startSelections,
} from './support/selections.ts';

const selectionOf = async ({ services }: Selections) => {
  const { markets } = await services.campaigns.manager.findById(CAMPAIGN, claimsOf({ supreme: true }));
  return markets[0]?.selection;
};

/** The worker on a table in which `meanwhile` happens whenever member rows are read. */
const refreshWhile = (selections: Selections, meanwhile: () => Promise<unknown>, ...bodies: unknown[]) => {
  const { table, run } = selections;
  const restless: Table = replacing(table, {
    async query(query) {
      const page = await table.query(query);
      if (JSON.stringify(query.SK).includes('member:')) await meanwhile();
      return page;
    },
  });
  const worker = withServices(workers.selectionRefresh, { table: restless });
  const event = refreshEvent(bodies.length === 0 ? [{ campaignId: CAMPAIGN }] : bodies);
  return run<RefreshAnswer>('selectionRefresh', event, worker);
};

describe('the version of the scores', () => {
  it('moves with every change of a member that is counted, whatever it changes', async (context) => {
    const { score, table } = await startSelections(context);
    const version = () => readScoresVersion(table, CAMPAIGN);
    assert.equal(await version(), 0);
    await score([{ memberId: 'ann', score: 0.5, events: ['e1'] }]);
    assert.equal(await version(), 1, 'a member who adds to no count');
    await score([{ memberId: 'ann', score: 0.6, events: ['e1'] }]);
    assert.equal(await version(), 2, 'a score alone');
    await score([{ memberId: 'ann', score: 0.6, events: ['e2'] }]);
    assert.equal(await version(), 3, 'a preference alone');
    await score([{ memberId: 'bob', score: 0.6, events: ['e2'] }], 'other');
    assert.equal(await version(), 3, 'not for another campaign');
  });

  it('does not move when changes are delivered again, however late', async (context) => {
    const { score, count, table } = await startSelections(context);
    await score(members(5));
    await score(members(3, 0.7));
    const before = await readScoresVersion(table, CAMPAIGN);
    for (let times = 0; times < 3; times += 1) await count({ again: true });
    assert.equal(await readScoresVersion(table, CAMPAIGN), before);
  });

  it('moves when a member goes', async (context) => {
    const { score, count, table } = await startSelections(context);
    await score(members(2));
    await table.updateMany([{ delete: memberKey(CAMPAIGN, 'm0') }]);
    assert.equal(await readScoresVersion(table, CAMPAIGN), 2);
    await count();
    assert.equal(await readScoresVersion(table, CAMPAIGN), 3);
  });

  it('never falls, through folds and repairs', async (context) => {
    const { score, table, clock } = await startSelections(context);
    const seen: number[] = [];
    const look = async () => seen.push(await readScoresVersion(table, CAMPAIGN));
    await score(members(40));
    await look();
    const { items } = await table.query({ PK: `campaign:${CAMPAIGN}`, SK: { beginsWith: 'meta:counts#' } });
    for (const { SK } of items) {
      const shard = SK.slice('meta:counts#'.length);
      await foldShard({ table, campaignId: CAMPAIGN, sums: COUNTED_SUMS, shard, clock });
      await look();
    }
    const counts = { verified: 7, rejected: 0, selected: 0 };
    await repairCounts({ table, campaignId: CAMPAIGN, sums: COUNT_NAMES, counts });
    await look();
    assert.ok(items.length > 0);
    assert.deepEqual(
      seen,
      seen.toSorted((a, b) => a - b),
    );
    assert.equal(new Set(seen).size, seen.length, 'each of them may have moved what was counted');
  });
});

describe('selectionRefresh, while scores are moving', () => {
  it('writes what it has under the version that it began with, and comes back', async (context) => {
    const selections = await startSelections(context);
    const { score, requeued, table, refresh } = selections;
    await score(members(5));
    const answer = await refreshWhile(selections, () => score(members(12)));
    assert.deepEqual([answer.campaigns.requeued, answer.markets.applied, answer.batchItemFailures], [1, 1, []]);
    assert.equal((await selectionOf(selections))?.scoresVersion, 5);
    assert.equal(await table.get(profileKey(CAMPAIGN, 'e1')), undefined, 'a profile of moving scores is not kept');
    const [message] = await requeued();
    assert.deepEqual(message, { campaignId: CAMPAIGN, attempt: 1, seen: 12 });
    assert.deepEqual((await refresh(message)).campaigns.refreshed, 1);
    const { eligible, scoresVersion } = (await selectionOf(selections)) ?? {};
    assert.deepEqual([eligible, scoresVersion], [12, 12]);
  });

  it('does not read the members of scores that moved since it looked, but comes back again', async (context) => {
    const selections = await startSelections(context);
    const { score, requeued, refresh } = selections;
    await score(members(5));
    const answer = await refresh({ campaignId: CAMPAIGN, attempt: 3, seen: 4 });
    assert.deepEqual([answer.campaigns.requeued, answer.scans, answer.markets.input], [1, 0, 0]);
    assert.deepEqual(await requeued(), [{ campaignId: CAMPAIGN, attempt: 4, seen: 5 }]);
    assert.equal(await selectionOf(selections), undefined);
  });

  it('reads them at once when somebody asks anew, beside a message that was put back', async (context) => {
    const { score, refresh } = await startSelections(context);
    await score(members(5));
    const answer = await refresh({ campaignId: CAMPAIGN, attempt: 3, seen: 4 }, { campaignId: CAMPAIGN });
    assert.deepEqual([answer.campaigns, answer.scans], [{ ...answer.campaigns, input: 1, refreshed: 1 }, 1]);
  });

  it('gives up after its attempts, visibly', async (context) => {
    const { score, refresh, requeued, letters } = await startSelections(context);
    await score(members(1));
    const answer = await refresh({ campaignId: CAMPAIGN, attempt: 719, seen: 0 });
    assert.deepEqual([answer.campaigns.failed, answer.batchItemFailures, await requeued()], [1, [], []]);
    assert.match((await letters())[0]?.reason ?? '', /did not settle/);
  });

  it('sees rows that are saved but not counted, and is right once they are', async (context) => {
    const selections = await startSelections(context);
    const { score, platform, count, refresh } = selections;
    await score(members(3));
    await saveMembers(platform, members(6));
    await refresh();
    const early = await selectionOf(selections);
    assert.deepEqual([early?.eligible, early?.scoresVersion], [6, 3]);
    await count();
    assert.equal((await refresh()).scans, 1, 'what was computed before is not taken for the new scores');
    const late = await selectionOf(selections);
    assert.deepEqual([late?.eligible, late?.scoresVersion], [6, 6]);
  });

  it('does not put an older profile over a newer one, nor an older selection', async (context) => {
    const selections = await startSelections(context);
    const { score, refresh, table } = selections;
    await score(members(5));
    let isFirst = true;
    const answer = await refreshWhile(selections, async () => {
      if (!isFirst) return;
      isFirst = false;
      await score(members(12));
      await refresh();
    });
    const { eligible, scoresVersion } = (await selectionOf(selections)) ?? {};
    assert.deepEqual([eligible, scoresVersion], [12, 12]);
    assert.equal((await table.get(profileKey(CAMPAIGN, 'e1')))?.scoresVersion, 12);
    // Its own was refused as stale, so it looked again, and found everything done.
    assert.deepEqual([answer.markets.unchanged, answer.campaigns.refreshed], [1, 1]);
  });
});

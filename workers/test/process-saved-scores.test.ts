import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import type { JsonObject } from '@verifiedfan/ports';
import { PortError } from '@verifiedfan/ports';
import { DEFAULT_NOW_MS, type DynamoDBStreamInputRecord, makeDynamoDBStreamInput } from '@verifiedfan/test-utils';
import { readCounts } from '@verifiedfan/worker';
import { COUNT_NAMES } from '../scoring/domain/counts.ts';
import { openTestPlatform } from './support/platform.ts';
import { makeSetting, withTable } from './support/setting.ts';

type Answer = { count: number; batchItemFailures: { itemIdentifier: string }[] };
const window = { startMs: DEFAULT_NOW_MS, endMs: DEFAULT_NOW_MS + 1_000 };

const keys = (memberId: string, campaignId = 'tour') => ({ PK: `campaign:${campaignId}`, SK: `member:${memberId}` });
const image = (memberId: string, score: JsonObject, campaignId = 'tour') => ({
  ...keys(memberId, campaignId),
  ...score,
});

const eventOf = (records: readonly DynamoDBStreamInputRecord[], shardId = 'shard-1') =>
  makeDynamoDBStreamInput(records, { table: 'demandTable', shardId, window });

const setUp = (context: TestContext) => {
  const setting = makeSetting(context);
  const run = (event: object) => setting.run<Answer>('processSavedScores', event);
  const counts = (campaignId = 'tour') =>
    readCounts({ table: setting.platform.table('demandTable'), campaignId, sums: COUNT_NAMES });
  return { ...setting, run, counts };
};

const GOOD = { isVerified: true, verdict: 'selected' };
const BAD = { isVerified: false, verdict: 'none' };

describe('processSavedScores', () => {
  it('counts what rows come to, and takes off what they were', async (context) => {
    const { run, counts } = setUp(context);
    const { count } = await run(
      eventOf([
        { newImage: image('ann', GOOD) },
        { newImage: image('bob', BAD) },
        { oldImage: image('bob', BAD), newImage: image('bob', GOOD) },
        { newImage: image('cy', { verdict: 'waitlisted' }) },
        { oldImage: image('ann', GOOD) },
      ]),
    );
    assert.equal(count, 5);
    assert.deepEqual(await counts(), { verified: 1, rejected: 0, selected: 1 });
  });

  it('counts a change once, whatever is delivered again and from wherever', async (context) => {
    const { run, counts } = setUp(context);
    const records = ['ann', 'bob', 'cy'].map((member, at) => ({
      newImage: image(member, GOOD),
      sequenceNumber: String(10n ** 20n + BigInt(at)),
    }));
    await run(eventOf(records.slice(0, 2)));
    await run(eventOf(records));
    await run(eventOf(records.slice(1)));
    assert.equal((await counts()).verified, 3);
  });

  it('adds up what several shards have counted, whose sequences have nothing to do with each other', async (context) => {
    const { run, counts } = setUp(context);
    await run(eventOf([{ newImage: image('ann', GOOD), sequenceNumber: '900' }], 'shard-1'));
    await run(eventOf([{ newImage: image('bob', GOOD), sequenceNumber: '100' }], 'shard-2'));
    assert.equal((await counts()).verified, 2);
  });

  it('passes over everything that is no member row', async (context) => {
    const { run, counts } = setUp(context);
    const others = ['meta:counts', 'meta:counts#shard-1', 'meta:slack:counts', 'campaign:tour', 'memberish'];
    const { count } = await run(eventOf(others.map((SK) => ({ newImage: { PK: 'campaign:tour', SK, ...GOOD } }))));
    assert.equal(count, 0);
    assert.deepEqual(await counts(), { verified: 0, rejected: 0, selected: 0 });
  });

  it('dead-letters changes that do not say their shard, rather than to count them under a guessed one', async (context) => {
    const { run, counts, letters } = setUp(context);
    const event = makeDynamoDBStreamInput([{ newImage: image('ann', GOOD) }], { table: 'demandTable' });
    const { count, batchItemFailures } = await run(event);
    assert.deepEqual({ count, batchItemFailures }, { count: 1, batchItemFailures: [] });
    assert.match((await letters())[0]?.reason ?? '', /shard/);
    assert.equal((await counts()).verified, 0);
  });

  it('hands the state of its window back', async (context) => {
    const { run } = setUp(context);
    assert.ok('state' in (await run(eventOf([{ newImage: image('ann', GOOD) }]))));
  });

  it('repeats the changes of a campaign whose counts could not be moved, and counts the other campaign once', async (context) => {
    const platform = openTestPlatform(context);
    let failing = true;
    const half = withTable(platform, (table) => ({
      ...table,
      updateMany: async (actions) => {
        const isHit = (at: number): boolean => failing && JSON.stringify(actions[at]).includes('campaign:tour');
        const results = await table.updateMany(actions.filter((_, at) => !isHit(at)));
        const error = new PortError({ code: 'throttled', message: 'too fast' });
        let next = 0;
        return actions.map((_, at) =>
          isHit(at) ? { outcome: 'failed', error } : (results[next++] ?? { outcome: 'failed', error }),
        );
      },
    }));
    const { run } = makeSetting(context, { platform: half });
    const event = eventOf([{ newImage: image('ann', GOOD, 'other') }, { newImage: image('ann', GOOD) }]);
    const first = await run<Answer>('processSavedScores', event);
    assert.equal(first.batchItemFailures[0]?.itemIdentifier, event.Records[1]?.dynamodb?.SequenceNumber);
    failing = false;
    await run('processSavedScores', event);
    for (const campaignId of ['tour', 'other']) {
      const counts = await readCounts({ table: platform.table('demandTable'), campaignId, sums: COUNT_NAMES });
      assert.equal(counts.verified, 1, campaignId);
    }
  });
});

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { describe, it, type TestContext } from 'node:test';
import { createEmbeddedPlatform, createTokens } from '@verifiedfan/platform';
import type { ObjectInfo, Platform } from '@verifiedfan/ports';
import {
  makeAppSyncAuthorizerInput,
  makeAppSyncResolverInput,
  makeDynamoDBStreamInput,
  makeKinesisInput,
  makeSqsInput,
  temporaryDirectory,
} from '@verifiedfan/test-utils';
import { countsKey, s3Event } from '@verifiedfan/worker';
import type { WorkerName } from '@verifiedfan/workers';
import { resources } from '@verifiedfan/workers/resources';
import { testBundles } from './support/bundles.ts';
import { startFunction } from './support/function.ts';
import { startStandIns } from './support/stand-ins.ts';

const bundleOf = testBundles('functions');

const HEADER = 'campaignId,memberId,email,score,isVerified,verdict,preferences,scoredAt';
const ROW = 'tour,m1,m1@example.com,0.9,true,selected,e1,2026-01-05T10:00:00Z';
const SCORE = {
  ...{ type: 'score', campaignId: 'tour', memberId: 'm1', emailKey: 'hash', score: 0.9, isVerified: true },
  ...{ verdict: 'selected', rank: 0, events: ['e1'], scoredAt: '2026-01-05T10:00:00.000Z' },
  ...{ file: 'f1', load: 1, line: 2, meta: { correlation: 'load-1' } },
};

/** An estate below one directory, which the test and its functions open in turn. */
const setUp = async (context: TestContext) => {
  const data = temporaryDirectory(context).path;
  const standIns = await startStandIns(context);
  const inside = async <T>(use: (platform: Platform) => Promise<T>): Promise<T> => {
    const platform = createEmbeddedPlatform({ directory: data, catalogue: resources });
    try {
      return await use(platform);
    } finally {
      await platform.close();
    }
  };
  await inside(async ({ secrets }) => secrets.get('tokenKeys'));
  return {
    data,
    inside,
    ...standIns,
    start: (name: WorkerName, environment: Readonly<Record<string, string>> = {}) =>
      startFunction(context, { bundle: bundleOf(name), data, endpoints: standIns.endpoints, environment }),
    upload: (rows: readonly string[]): Promise<ObjectInfo> =>
      inside(async (platform) => {
        const bucket = platform.bucket('scoringBucket');
        await bucket.put({ key: 'a b.csv', body: Buffer.from([HEADER, ...rows, ''].join('\n')) });
        const info = await bucket.head({ key: 'a b.csv' });
        assert.ok(info);
        return info;
      }),
    /** What waits in a queue, decoded. */
    waiting: (queue: string) =>
      inside(async (platform) =>
        (await platform.queue(queue).peek({ limit: 10 })).messages.map(({ body }) => JSON.parse(body) as object),
      ),
  };
};

// Each has an estate and a process of its own.
describe('the bundle of a worker, as a function', { concurrency: 3 }, () => {
  it('loads a file: loadScoresToStream', async (context) => {
    const { upload, start, inside, waiting } = await setUp(context);
    const info = await upload([ROW, 'tour,m2,,2,,,e1,2026-01-05T10:00:00Z']);
    const loader = await start('loadScoresToStream');
    const { count } = await loader.answer<{ count: object }>(s3Event('scoringBucket', info));
    assert.deepEqual(count, { in: 2, valid: 1, invalid: 1, filtered: 0, out: 1, failed: 0 });
    await loader.stop();
    assert.deepEqual(await waiting('verdictReporterQueue'), [{ campaigns: ['tour'], meta: { correlation: 'load-1' } }]);
    const letters = await inside((platform) => platform.table('deadLetterTable').scan());
    assert.equal(letters.items.length, 1);
  });

  it('hands a load over when its time is nearly over', async (context) => {
    const { upload, start, waiting } = await setUp(context);
    const info = await upload([ROW]);
    const loader = await start('loadScoresToStream');
    const { loads } = await loader.answer<{ loads: { state: string }[] }>(s3Event('scoringBucket', info), {
      timeoutMs: 32_000,
    });
    assert.equal(loads[0]?.state, 'running', 'with the margin taken off less than half a minute is left');
    await loader.stop();
    const [message] = await waiting('loadContinuationQueue');
    assert.equal((message as { key?: string }).key, 'a b.csv');
    const again = await start('loadScoresToStream');
    const event = makeSqsInput([{ body: JSON.stringify(message) }], { queue: 'loadContinuationQueue' });
    const next = await again.answer<{ loads: { state: string }[]; batchItemFailures: [] }>(event);
    assert.deepEqual([next.loads[0]?.state, next.batchItemFailures], ['done', []]);
  });

  it('keeps member rows: loadScoresToDynamoDB', async (context) => {
    const { start, inside } = await setUp(context);
    const worker = await start('loadScoresToDynamoDB');
    const answer = await worker.answer(makeKinesisInput([{ data: SCORE }], { stream: 'scoresStream' }));
    assert.deepEqual([answer.created, answer.batchItemFailures], [1, []]);
    await worker.stop();
    const row = await inside((platform) => platform.table('demandTable').get({ PK: 'campaign:tour', SK: 'member:m1' }));
    assert.equal(row?.score, 0.9);
  });

  it('tells entries: saveEntryScoring', async (context) => {
    const { start, scored } = await setUp(context);
    const worker = await start('saveEntryScoring');
    const answer = await worker.answer(makeKinesisInput([{ data: SCORE }], { stream: 'scoresStream' }));
    assert.deepEqual([answer.inserted, scored.length], [1, 1]);
  });

  it('keeps and publishes fan lists: saveFanlistScores', async (context) => {
    const { start } = await setUp(context);
    const worker = await start('saveFanlistScores');
    const { stream } = await worker.answer<{ stream: object }>(
      makeKinesisInput([{ data: SCORE }], { stream: 'scoresStream' }),
    );
    assert.deepEqual(stream, { in: 2, failed: 0, out: 2 });
  });

  it('counts: processSavedScores', async (context) => {
    const { start, inside } = await setUp(context);
    const worker = await start('processSavedScores');
    const newImage = { PK: 'campaign:tour', SK: 'member:m1', isVerified: true, verdict: 'selected' };
    const window = { startMs: 0, endMs: 1_000 };
    const event = makeDynamoDBStreamInput([{ newImage }], {
      table: 'demandTable',
      shardId: 'shard-1',
      window,
    } as never);
    const answer = await worker.answer(event);
    assert.deepEqual([answer.count, answer.batchItemFailures], [1, []]);
    assert.ok('state' in answer, 'a window without state in its answer has failed');
    await worker.stop();
    const counts = await inside((platform) => platform.table('demandTable').get(countsKey('tour', 'shard-1')));
    assert.equal(counts?.selected, 1);
  });

  it('posts counts that were quiet for long enough: verdictReporter', async (context) => {
    const { start, inside, data, secrets, posts } = await setUp(context);
    const keys = await inside((platform) => platform.secrets.get('tokenKeys'));
    writeFileSync(`${data}/secrets.json`, JSON.stringify({ ...secrets, tokenKeys: keys }));
    const counts = { verified: 1, rejected: 0, selected: 1 };
    await inside((platform) =>
      platform.table('demandTable').updateMany([{ put: { ...countsKey('tour'), ...counts } }]),
    );
    const worker = await start('verdictReporter');
    const body = JSON.stringify({ campaignId: 'tour', attempt: 1, seen: { counts, sinceMs: 0 } });
    const answer = await worker.answer(makeSqsInput([{ body }], { queue: 'verdictReporterQueue' }));
    assert.deepEqual(answer.posted, [{ campaignId: 'tour', counts }]);
    assert.deepEqual(
      (await posts()).map(({ text }) => text),
      ['Verdicts ready: The Tour'],
    );
  });

  it('looks a campaign up, with the token of the caller: proxyCampaignService', async (context) => {
    const { start } = await setUp(context);
    const worker = await start('proxyCampaignService');
    const headers = { authorization: 'Bearer of-the-caller' };
    const event = makeAppSyncResolverInput({ fieldName: 'campaignByEventId', arguments: { eventId: 'e1' }, headers });
    assert.equal((await worker.answer(event)).id, 'tour');
  });

  it("says in Lambda's shape why a request is refused: lookupPhoneScore", async (context) => {
    const { start } = await setUp(context);
    const worker = await start('lookupPhoneScore');
    const told = await worker.invoke(makeAppSyncResolverInput({ fieldName: 'lookupPhoneScore' }));
    assert.ok(told.kind === 'error');
    assert.equal(told.body.errorType, 'RejectError');
    assert.match(told.body.errorMessage, /permission phone:score is missing/);
  });

  it('lets in who has a token of this stage: validateToken', async (context) => {
    const { start, inside } = await setUp(context);
    const token = await inside(async (platform) => (await createTokens(platform)).issue({ subject: 'fan' }));
    const worker = await start('validateToken');
    const ask = async (authorizationToken: string) =>
      (await worker.answer(makeAppSyncAuthorizerInput({ authorizationToken }))).isAuthorized;
    assert.deepEqual([await ask(`Bearer ${token}`), await ask('Bearer forged')], [true, false]);
  });
});

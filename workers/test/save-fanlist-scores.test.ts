import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import type { JsonObject, RecordStream } from '@verifiedfan/ports';
import { PortError } from '@verifiedfan/ports';
import { workers } from '../index.ts';
import { fanlistKey, fileKey } from '../scoring/domain/keys.ts';
import { withServices } from './support/host.ts';
import { openTestPlatform } from './support/platform.ts';
import { aScore, aWithdrawal, FOREIGN_RECORDS, scoresEvent } from './support/scoring.ts';
import { makeSetting } from './support/setting.ts';

type Counts = Record<string, number>;
type Answer = { input: Counts; dynamo: Counts; stream: Counts; removed?: number; batchItemFailures: unknown[] };
type FanEvent = { id: string; type: string; subject: string; time: string; data: JsonObject };

const propertiesOf = async (campaignId: string) => ({ name: `Campaign ${campaignId}`, status: 'OPEN' });

const setUp = (context: TestContext, replace: Readonly<Record<string, unknown>> = {}) => {
  const platform = openTestPlatform(context);
  const setting = makeSetting(context, { platform });
  const worker = withServices(workers.saveFanlistScores, { propertiesOf, ...replace });
  const run = (bodies: readonly (JsonObject | string)[]) =>
    setting.run<Answer>('saveFanlistScores', scoresEvent(bodies), worker);
  const published = async (): Promise<FanEvent[]> => {
    const stream = platform.stream('campaignDataStream');
    const reads = (await stream.shards()).map(({ id }) => stream.read({ shard: id, limit: 1_000 }));
    return (await Promise.all(reads)).flatMap(({ records }) =>
      records.map(({ data }) => JSON.parse(data as string) as FanEvent),
    );
  };
  return { ...setting, run, published };
};

const ann = aScore({ sid: 's1', emailKey: 'hash-of-ann', score: 0.7 });

describe('saveFanlistScores', () => {
  it('keeps and publishes one row per identifier', async (context) => {
    const { run, platform, published } = setUp(context);
    const { input, dynamo, stream } = await run([ann]);
    assert.deepEqual(input, { in: 3, invalid: 0, duplicate: 0, valid: 3 });
    assert.deepEqual(dynamo, { in: 3, failed: 0, out: 3, rejected: 0 });
    assert.deepEqual(stream, { in: 3, failed: 0, out: 3 });
    for (const key of [fanlistKey('fan', 'ann', 'tour'), fanlistKey('sid', 's1', 'tour')])
      assert.equal((await platform.table('demandTable').get(key))?.score, 0.7);
    const events = await published();
    assert.deepEqual(events.map(({ data }) => data.kind).sort(), ['email', 'fan', 'sid']);
    assert.deepEqual(events[0]?.data.campaign, { name: 'Campaign tour', status: 'OPEN' });
  });

  it('publishes again under the same ids when the record comes again, because a crash may have come in between', async (context) => {
    const { run, published } = setUp(context);
    await run([ann]);
    const { dynamo } = await run([ann]);
    assert.equal(dynamo.out, 3);
    const events = await published();
    assert.deepEqual({ events: events.length, ids: new Set(events.map(({ id }) => id)).size }, { events: 6, ids: 3 });
  });

  it('rejects what is older than the row, and does not publish it', async (context) => {
    const { run, published } = setUp(context);
    await run([aScore({ load: 2, score: 0.9 })]);
    const { dynamo, stream } = await run([aScore({ load: 1 })]);
    assert.deepEqual({ rejected: dynamo.rejected, out: dynamo.out, in: stream.in }, { rejected: 1, out: 0, in: 0 });
    assert.equal((await published()).length, 1);
  });

  it('counts an identifier that stands twice in a batch as a duplicate, and the newest stays', async (context) => {
    const { run, platform } = setUp(context);
    const newer = aScore({ memberId: 'bob', sid: 's1', line: 3, score: 0.9, scoredAt: '2026-01-02T00:00:00Z' });
    const { input } = await run([newer, ann]);
    assert.deepEqual(input, { in: 5, invalid: 0, duplicate: 1, valid: 4 });
    const row = await platform.table('demandTable').get(fanlistKey('sid', 's1', 'tour'));
    assert.equal(row?.memberId, 'bob');
  });

  it('publishes a withdrawal once for each identifier that is gone, the same however often it comes', async (context) => {
    const { run, platform, published } = setUp(context);
    await run([ann]);
    const gone = aWithdrawal({ sid: 's1', emailKey: 'hash-of-ann' });
    assert.equal((await run([gone])).removed, 3);
    assert.equal((await run([gone])).removed, undefined);
    assert.equal(await platform.table('demandTable').get(fanlistKey('fan', 'ann', 'tour')), undefined);
    const removed = (await published()).filter(({ type }) => type === 'verifiedfan.fanlist.removed');
    const different = new Set(removed.map((event) => JSON.stringify(event)));
    assert.deepEqual({ removed: removed.length, different: different.size }, { removed: 6, different: 3 });
  });

  it('rejects identifiers of a superseded load', async (context) => {
    const { run, platform } = setUp(context);
    await platform.table('demandTable').updateMany([{ put: { ...fileKey(ann.file), floor: 2 } }]);
    const { dynamo } = await run([ann]);
    assert.deepEqual(dynamo, { in: 3, failed: 0, out: 0, rejected: 3 });
  });

  it('dead-letters every foreign record, and keeps their neighbours', async (context) => {
    const { run, letters } = setUp(context);
    const foreign = Object.values(FOREIGN_RECORDS);
    const { input, dynamo, batchItemFailures } = await run([aScore(), ...foreign, aScore({ memberId: 'bob' })]);
    assert.deepEqual(
      { valid: input.valid, out: dynamo.out, batchItemFailures },
      { valid: 2, out: 2, batchItemFailures: [] },
    );
    assert.equal((await letters()).length, foreign.length);
  });

  it('repeats the records of a campaign whose properties cannot be had, and goes on with the others', async (context) => {
    const failing = async (id: string) => {
      if (id === 'tour') throw new PortError({ code: 'unavailable', message: 'campaign-service is down' });
      return propertiesOf(id);
    };
    const { run } = setUp(context, { propertiesOf: failing });
    const { input, dynamo, batchItemFailures } = await run([aScore({ campaignId: 'other' }), ann]);
    assert.deepEqual({ valid: input.valid, out: dynamo.out, failed: dynamo.failed }, { valid: 4, out: 1, failed: 3 });
    assert.equal(batchItemFailures.length, 1);
  });

  it('asks for the properties of a campaign once, however many rows need them', async (context) => {
    const asked: string[] = [];
    const { run } = setUp(context, {
      propertiesOf: (id: string) => {
        asked.push(id);
        return propertiesOf(id);
      },
    });
    await run(['a', 'b', 'c'].map((memberId) => aScore({ memberId })));
    assert.deepEqual(asked, ['tour']);
  });

  it('repeats the records whose publication failed', async (context) => {
    const platform = openTestPlatform(context);
    const stream = platform.stream('campaignDataStream');
    const broken: RecordStream = {
      ...stream,
      async putMany(entries) {
        const error = new PortError({ code: 'throttled', message: 'too fast' });
        return [{ error }, ...(await stream.putMany(entries.slice(1)))];
      },
    };
    const { run } = setUp(context, { stream: broken });
    const { dynamo, stream: counts, batchItemFailures } = await run([ann]);
    assert.deepEqual({ out: dynamo.out, counts }, { out: 3, counts: { in: 3, failed: 1, out: 2 } });
    assert.equal(batchItemFailures.length, 1);
  });
});

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { describe, it, type TestContext } from 'node:test';
import {
  createDynamoTable,
  createKinesisStream,
  createSqsQueue,
  makeQueue,
  makeStream,
  makeTable,
} from '@verifiedfan/aws';
import { systemClock } from '@verifiedfan/embedded';
import { makeKinesisInput, temporaryDirectory } from '@verifiedfan/test-utils';
import { countsKey, createDeadLetters } from '@verifiedfan/worker';
import { awsConnection } from '../../src/index.ts';
import { runCommand, runToEnd } from './command.ts';

const SCORE = {
  ...{ type: 'score', campaignId: 'tour', memberId: 'm1', emailKey: 'hash', score: 0.9, isVerified: true },
  ...{ verdict: 'selected', rank: 0, events: ['e1'], scoredAt: '2026-01-05T10:00:00.000Z' },
  ...{ file: 'f1', load: 1, line: 2, meta: { correlation: 'load-1' } },
};
const ON_STAGE = ['--platform', 'aws', '--json'];

/**
 * A stage as CloudFormation makes it, as far as these commands need it: tables alone. There is no queue of notifications, no lease and no checkpoint to
 * take, and whoever asked for a queue, a stream or a secret would fail.
 */
const setUp = async (test: TestContext, { others = 'http://127.0.0.1:1' } = {}) => {
  const prefix = `vf-${randomBytes(4).toString('hex')}`;
  const connection = awsConnection('dynamodb-local');
  const { credentials, endpoint, region } = connection;
  assert.ok(credentials && 'accessKeyId' in credentials && endpoint && region);
  const open = async (name: string) => {
    await makeTable({ tableName: `${prefix}-${name}`, stream: true, connection });
    const table = createDynamoTable({ name, tableName: `${prefix}-${name}`, connection });
    test.after(() => table.close());
    return table;
  };
  const [demand, letters] = [await open('demandTable'), await open('deadLetterTable')];
  const env = {
    ...{ RESOURCE_PREFIX: prefix, AWS_REGION: region },
    ...{ AWS_ACCESS_KEY_ID: credentials.accessKeyId, AWS_SECRET_ACCESS_KEY: 'test' },
    ...{ AWS_ENDPOINT_URL: others, AWS_ENDPOINT_URL_DYNAMODB: endpoint },
  };
  const place = { directory: temporaryDirectory(test).path, env };
  const json = async <Document>(...argv: string[]): Promise<Document> =>
    JSON.parse(await runCommand([...argv, ...ON_STAGE], place)) as Document;
  return { prefix, demand, deadLetters: createDeadLetters({ table: letters, clock: systemClock }), place, json };
};

describe('a deployed stage, from a machine that polls nothing of it', { concurrency: 4 }, () => {
  it('lists, shows and redrives dead letters, and the rest is left to its functions', async (test) => {
    const { demand, deadLetters, json, place } = await setUp(test);
    const [payload = null] = makeKinesisInput([{ data: SCORE }], { stream: 'scoresStream' }).Records as never[];
    await deadLetters.add('loadScoresToDynamoDB', [{ position: 'scoresStream/1', reason: 'given up', payload }]);
    await deadLetters.add('nobody', [{ position: 'somewhere', reason: 'unknown', payload: {} }]);
    const listed = await json<{ id: string; worker: string }[]>('dead-letters');
    assert.deepEqual(listed.map(({ worker }) => worker).sort(), ['loadScoresToDynamoDB', 'nobody']);
    const { id = '' } = listed.find(({ worker }) => worker !== 'nobody') ?? {};
    assert.equal((await json<{ reason: string }>('dead-letters', 'show', id)).reason, 'given up');
    assert.deepEqual(await json('dead-letters', 'redrive', id), [{ id, outcome: 'done' }]);
    assert.equal((await demand.get({ PK: 'campaign:tour', SK: 'member:m1' }))?.score, 0.9);
    const [left, ...others] = await json<{ id: string }[]>('dead-letters');
    assert.deepEqual(others, []);
    const { code, out } = await runToEnd(['dead-letters', 'redrive', left?.id ?? '', ...ON_STAGE], place);
    assert.equal(code, 1);
    assert.match(out, /there is no worker nobody/);
  });

  it('counts again, and repairs counts that stay wrong', async (test) => {
    const { demand, json, place } = await setUp(test);
    const member = { PK: 'campaign:tour', SK: 'member:m1', memberId: 'm1', isVerified: true, verdict: 'selected' };
    await demand.updateMany([
      { put: member },
      { put: { ...countsKey('tour', 'shard-1'), verified: 3, rejected: 0, selected: 1 } },
    ]);
    const { code, out } = await runToEnd(['recount', 'tour', ...ON_STAGE], place);
    assert.equal(code, 1);
    const { stored, recounted } = JSON.parse(out) as { stored: object; recounted: object };
    assert.deepEqual(
      { stored, recounted },
      {
        stored: { verified: 3, rejected: 0, selected: 1 },
        recounted: { verified: 1, rejected: 0, selected: 1 },
      },
    );
    assert.equal((await json<{ repaired: boolean }>('recount', 'tour', '--repair')).repaired, true);
    assert.deepEqual(await json('counts', 'tour'), { campaignId: 'tour', verified: 1, rejected: 0, selected: 1 });
    assert.match(await runCommand(['rows', 'tour', '--platform', 'aws'], place), /"memberId":"m1"/);
  });

  it('is not repaired while it still counts', async (test) => {
    const { demand, place } = await setUp(test);
    await demand.updateMany([{ put: { ...countsKey('tour', 'shard-1'), verified: 3, rejected: 0, selected: 0 } }]);
    const repairing = runToEnd(['recount', 'tour', '--repair', ...ON_STAGE], place);
    let isOver = false;
    void repairing.then(() => {
      isOver = true;
    });
    for (let verified = 4; !isOver; verified += 1) {
      await demand.updateMany([{ put: { ...countsKey('tour', 'shard-1'), verified, rejected: 0, selected: 0 } }]);
      await systemClock.sleep(1_000);
    }
    const { code, err } = await repairing;
    assert.equal(code, 1);
    assert.match(err, /still change/);
  });

  it('works off what Lambda gave up: from the positions in its queue to rows and dead letters', async (test) => {
    const connection = awsConnection('ministack');
    const { prefix, demand, json, place } = await setUp(test, { others: connection.endpoint ?? '' });
    const streamName = `${prefix}-scoresStream`;
    await makeStream({ streamName, shards: 1, connection });
    const stream = createKinesisStream({ name: 'scoresStream', streamName, connection });
    test.after(() => stream.close());
    const scores = [1, 2, 3, 4].map((n) => ({ ...SCORE, memberId: `m${n}` }));
    const texts = scores.map((score, at) => (at === 2 ? 'no score' : JSON.stringify(score)));
    await stream.putMany(texts.map((data, at) => ({ partitionKey: `m${at}`, data })));
    const [{ id: shardId = '' } = {}] = await stream.shards();
    const { records } = await stream.read({ shard: shardId, limit: 100 });
    const [, second] = records;
    const queueName = `${prefix}-loadScoresToDynamoDBFailures`;
    await makeQueue({ queueName, connection });
    const queue = createSqsQueue({ name: 'failures', queueName, fifo: false, connection });
    test.after(() => queue.close());
    const info = { shardId, startSequenceNumber: second?.sequence, endSequenceNumber: records.at(-1)?.sequence };
    await queue.sendMany([{ body: JSON.stringify({ version: '1.0', KinesisBatchInfo: { ...info, batchSize: 3 } }) }]);

    const { code, out } = await runToEnd(['dead-letters', 'recover', 'loadScoresToDynamoDB', ...ON_STAGE], place);
    assert.equal(code, 1, out);
    const [recovered] = JSON.parse(out) as { outcome: string; records: number; deadLettered: number }[];
    assert.deepEqual([recovered?.outcome, recovered?.records, recovered?.deadLettered], ['done', 3, 1]);
    const rowOf = async (memberId: string) =>
      (await demand.get({ PK: 'campaign:tour', SK: `member:${memberId}` }))?.score;
    const given = records.slice(1).map(({ data }) => String(data));
    for (const [at, { memberId }] of scores.entries())
      assert.equal(await rowOf(memberId), given.includes(texts[at] ?? '') && at !== 2 ? 0.9 : undefined, memberId);
    assert.equal((await json<object[]>('dead-letters')).length, given.includes('no score') ? 1 : 0);
    assert.deepEqual(await json('dead-letters', 'recover', 'loadScoresToDynamoDB'), []);
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { JsonValue } from '@verifiedfan/ports';
import {
  makeDynamoDBStreamInput,
  makeKinesisInput,
  makeS3Input,
  makeScheduleInput,
  makeSqsInput,
} from '@verifiedfan/test-utils';
import {
  createHandler,
  dynamodbStream,
  kinesis,
  prepareWorker,
  RejectError,
  redrive,
  type Source,
  s3,
  schedule,
  sqs,
  type WorkerRecord,
} from '../src/index.ts';
import { createTestHost } from './support/host.ts';
import { aWorker, storedLetters } from './support/workers.ts';

const row = { PK: 'campaign:1', SK: 'member:1' };
const window = { startMs: 0, endMs: 1_000 };
const CASES: [name: string, source: Source, event: unknown][] = [
  ['Kinesis', kinesis('stream'), makeKinesisInput([{ data: { n: 1 } }])],
  ['DynamoDB', dynamodbStream('table'), makeDynamoDBStreamInput([{ newImage: row }])],
  [
    'a DynamoDB window',
    dynamodbStream('table', { windowSeconds: 1 }),
    makeDynamoDBStreamInput([{ newImage: row }], { window }),
  ],
  ['SQS', sqs('queue'), makeSqsInput([{ body: { n: 1 } }])],
  ['S3', s3('bucket'), makeS3Input([{ key: 'a b.csv' }])],
  ['a schedule', schedule('refresh'), makeScheduleInput({ name: 'refresh' })],
];

/** A worker that rejects everything until it is mended. */
const setUp = (source: Source, more: Parameters<typeof aWorker>[2] = {}) => {
  const host = createTestHost();
  const state = { mended: false, seen: [] as WorkerRecord<unknown>[], shards: [] as unknown[] };
  const worker = aWorker(
    source,
    async (records, { reject, shard }) => {
      state.shards.push(shard);
      for (const record of records) if (!state.mended) reject(record, 'broken code');
      state.seen.push(...records);
      return {};
    },
    more,
  );
  const prepared = prepareWorker({ name: 'theWorker', worker, host });
  return { host, state, prepared, handler: createHandler({ name: 'theWorker', worker, host }) };
};

describe('redrive', () => {
  for (const [name, source, event] of CASES) {
    it(`hands a whole record of ${name} over once more, as it first came`, async () => {
      const { host, state, prepared, handler } = setUp(source);
      await handler(event);
      const [letter] = await storedLetters(host);
      assert.ok(letter);
      state.mended = true;
      await redrive(prepared, letter);
      const [first, again] = state.seen;
      assert.deepEqual(again?.data, first?.data);
      assert.deepEqual(again?.meta.position, first?.meta.position);
      assert.equal(state.shards[1], state.shards[0]);
    });
  }

  it('throws when the record is rejected or fails again, and stores nothing twice', async () => {
    const { host, prepared, handler } = setUp(sqs('queue'));
    await handler(makeSqsInput([{ body: 1 }]));
    const [letter] = await storedLetters(host);
    assert.ok(letter);
    await assert.rejects(redrive(prepared, letter), { name: 'RejectError', message: 'broken code' });
    assert.equal((await storedLetters(host)).length, 1);
    const failing = aWorker(sqs('queue'), async ([record], { retry }) => {
      if (record !== undefined) retry(record, new Error('not now'));
      return {};
    });
    await assert.rejects(redrive(prepareWorker({ name: 'theWorker', worker: failing, host }), letter), /not now/);
  });

  it('throws for what cannot be decoded, still', async () => {
    const { host, prepared, handler } = setUp(sqs('queue'));
    await handler(makeSqsInput([{ body: 'no JSON' }]));
    const [letter] = await storedLetters(host);
    assert.ok(letter);
    await assert.rejects(redrive(prepared, letter), { message: 'the body is not JSON' });
  });

  it('stores the parts that the worker rejects meanwhile, such as lines of a redriven file', async () => {
    const host = createTestHost();
    const worker = aWorker(s3('bucket'), async (_records, { deadLetter }) => {
      await deadLetter([{ position: 'a.csv:2', reason: 'line 2 is wrong', payload: { line: 2 } }]);
      return {};
    });
    const payload = makeS3Input([{ key: 'a.csv' }]).Records[0] as unknown as JsonValue;
    await redrive(prepareWorker({ name: 'theWorker', worker, host }), { payload, part: false });
    assert.deepEqual(
      (await storedLetters(host)).map(({ position, part }) => ({ position, part })),
      [{ position: 'a.csv:2', part: true }],
    );
  });

  it('hands a part to the worker, which throws when it is wrong still', async () => {
    const taken: JsonValue[] = [];
    const { prepared } = setUp(s3('bucket'), {
      async redrivePart(payload, { deadLetter, fail }) {
        if (payload === 'wrong') await deadLetter([{ position: 'a:1', reason: 'wrong still', payload }]);
        if (payload === 'failing') fail({} as WorkerRecord, new Error('not now'));
        taken.push(payload);
      },
    });
    await redrive(prepared, { payload: { line: 2 }, part: true });
    assert.deepEqual(taken, [{ line: 2 }]);
    await assert.rejects(redrive(prepared, { payload: 'wrong', part: true }), { message: 'wrong still' });
    await assert.rejects(redrive(prepared, { payload: 'failing', part: true }), { message: 'not now' });
  });

  it('refuses what cannot be handed over: parts without a taker, cut payloads, foreign payloads', async () => {
    const { prepared } = setUp(sqs('queue'));
    const wrong = [
      { payload: 1, part: true },
      { payload: { cut: true }, part: false, cut: true },
      { payload: { some: 'thing' }, part: false },
    ];
    for (const letter of wrong) await assert.rejects(redrive(prepared, letter), RejectError);
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createManualClock, openLevelStream, openLevelTable, openQueueStore } from '@verifiedfan/embedded';
import type { Item, JsonValue, Random } from '@verifiedfan/ports';
import { createSeededRandom } from '@verifiedfan/test-utils';
import {
  dynamodbPayload,
  dynamodbStream,
  fromChangeRecord,
  fromStreamRecord,
  kinesis,
  kinesisPayload,
  sqs,
  sqsPayload,
  sqsPosition,
} from '../../src/index.ts';
import { CONTEXT } from '../support/workers.ts';

// The local runtime hands over decoded records. Nothing may work in that way which would not with the event of AWS, so both are compared
// over data that a hand would not think of.

const RUNS = 300;
const TEXTS = [
  '',
  'a',
  'é',
  '🎫',
  '日本',
  '\u0000',
  '"\\\n',
  '\uFEFF',
  '\u2028',
  '  ',
  '0',
  '__proto__',
  'x'.repeat(300),
];
const NUMBERS = [0, 1, -1, 0.1, -0.5, 1e21, 1e-7, 2 ** 53 - 1, 123_456_789.123_456, 5e-130];
const pick = <T>(random: Random, values: readonly T[]): T => values[Math.floor(random.next() * values.length)] as T;

const anyJson = (random: Random, depth = 3): JsonValue => {
  const kind = Math.floor(random.next() * (depth > 0 ? 6 : 4));
  if (kind === 0) return pick(random, TEXTS);
  if (kind === 1) return pick(random, NUMBERS);
  if (kind === 2) return random.next() < 0.5;
  if (kind === 3) return null;
  const members = Array.from({ length: Math.floor(random.next() * 4) }, () => anyJson(random, depth - 1));
  if (kind === 4) return members;
  return Object.fromEntries(members.map((member, index) => [`${pick(random, ['a', 'é', 'meta'])}${index}`, member]));
};

const TRACEPARENT = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
const anyMeta = (random: Random): JsonValue =>
  pick<JsonValue>(random, [
    null,
    'meta',
    {},
    { correlation: 'c-1', traceparent: TRACEPARENT },
    { correlation: 'two words', traceparent: `${TRACEPARENT}-no` },
    { correlation: 'c'.repeat(129) },
    { traceparent: TRACEPARENT.replace('00-', 'ff-') },
  ]);

const throughJson = (payload: JsonValue): unknown => JSON.parse(JSON.stringify({ Records: [payload] }));

describe('records handed over decoded', () => {
  it('equal those decoded from a Kinesis event, undecodable ones included', async () => {
    const random = createSeededRandom({ seed: 'kinesis' });
    const stream = openLevelStream({ name: 'scoresStream', memory: true, clock: createManualClock(), shards: 3 });
    const entries = Array.from({ length: RUNS }, (_, index) => {
      const json = JSON.stringify(index % 2 ? anyJson(random) : { n: anyJson(random), meta: anyMeta(random) });
      const broken = [json.slice(0, -1), `\uFEFF${json}`, `\uFEFF\uFEFF${json}`, '', Uint8Array.of(0xff, 0x7b), json];
      return {
        partitionKey: pick(random, ['k', 'é🎫', ' ', 'x'.repeat(200)]),
        data: pick(random, [...broken, json, json]),
      };
    });
    await stream.putMany(entries);
    const source = kinesis('scoresStream');
    let compared = 0;
    for (const { id } of await stream.shards()) {
      for (const record of (await stream.read({ shard: id, limit: 10_000 })).records) {
        const event = throughJson(kinesisPayload(record, 'scoresStream'));
        assert.ok(source.recognises(event));
        const { records, undecodable } = source.decode(event, CONTEXT);
        assert.deepStrictEqual(fromStreamRecord(record, 'scoresStream'), records[0] ?? undecodable[0]);
        compared += 1;
      }
    }
    assert.equal(compared, RUNS);
    await stream.close();
  });

  for (const windowed of [true, false]) {
    it(`equal those decoded from a DynamoDB event ${windowed ? 'with' : 'without'} a window`, async () => {
      const random = createSeededRandom({ seed: 'dynamodb' });
      const clock = createManualClock();
      const table = openLevelTable({ name: 'demandTable', memory: true, clock });
      for (let run = 0; run < RUNS; run += 1) {
        const key = { PK: `p${run % 7}`, SK: pick(random, ['a', 'é🎫', 'member:1']) };
        const item: Item = { ...key, value: anyJson(random), meta: anyMeta(random) };
        await table.updateMany([random.next() < 0.8 ? { put: item } : { delete: key }]);
        await clock.advance(randomMs(random));
      }
      const source = dynamodbStream('demandTable', { windowSeconds: windowed ? 1 : 0 });
      const shard = 'shardId-000000000000';
      const { records: changes } = await table.changes.read({ shard, limit: 10_000 });
      assert.ok(changes.length > RUNS / 2);
      for (const change of changes) {
        const event = throughJson(dynamodbPayload(change, 'demandTable')) as object;
        const seen = windowed ? { ...event, window: {}, state: {}, shardId: shard } : event;
        assert.deepStrictEqual(
          fromChangeRecord(change, 'demandTable', { windowed }),
          source.decode(seen, CONTEXT).records[0],
        );
      }
      await table.close();
    });
  }

  for (const fifo of [true, false]) {
    it(`of a ${fifo ? 'FIFO' : 'standard'} queue keep everything that the queue said`, async () => {
      const random = createSeededRandom({ seed: 'sqs' });
      const store = openQueueStore({ location: ':memory:', clock: createManualClock(), random });
      const queue = store.queue('activity', { fifo });
      const bodies = Array.from({ length: RUNS }, () => anyJson(random));
      const sent = await queue.sendMany(
        bodies.map((body, index) => ({
          body: JSON.stringify(body),
          ...(fifo ? { group: `g${index % 5}`, deduplicationId: `d${index}` } : {}),
        })),
      );
      assert.ok(sent.every((result) => 'messageId' in result));
      const source = sqs('activity', { fifo });
      const messages = await queue.receive({ max: 1_000 });
      assert.equal(messages.length, RUNS);
      for (const message of messages) {
        const described = { name: 'activity', fifo };
        const [record] = source.decode(throughJson(sqsPayload(message, described)), CONTEXT).records;
        assert.deepStrictEqual(record?.data, JSON.parse(message.body));
        assert.equal(record?.meta.id, message.messageId);
        assert.equal(record?.meta.position, sqsPosition(message, described));
        assert.equal(record?.meta.receiveCount, 1);
        assert.equal(record?.meta.timeMs, message.sentAtMs);
        assert.equal(record?.meta.group, fifo ? message.group : undefined);
        assert.equal(record?.meta.sequence, fifo ? message.sequence : undefined);
      }
      store.close();
    });
  }
});

const randomMs = (random: Random): number => Math.floor(random.next() * 1_500);

import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import type { RecordStream, StreamEntry, StreamPutResult, StreamRecord } from '@verifiedfan/ports';
import { assertCode } from './expect.ts';
import { shardedLogCases } from './sharded-log-cases.ts';
import type { Case } from './suite.ts';

/** A stream with at least two shards. */
export type RecordStreamSubject = { stream: RecordStream };

const succeed = (results: readonly StreamPutResult[]): { sequence: string; shard: string }[] =>
  results.map((result) => ('error' in result ? assert.fail(result.error) : result));

const readEverything = async (stream: RecordStream): Promise<StreamRecord[]> => {
  const pages = await Promise.all((await stream.shards()).map(({ id }) => stream.read({ shard: id, limit: 10_000 })));
  return pages.flatMap(({ records }) => records);
};

const roundTrip = async (stream: RecordStream, data: string | Uint8Array): Promise<string | Uint8Array | undefined> => {
  succeed(await stream.putMany([{ partitionKey: 'key', data }]));
  return (await readEverything(stream)).at(-1)?.data;
};

const MEBIBYTE = 1_048_576;

const ownCases: readonly Case<RecordStreamSubject>[] = [
  {
    name: 'hands back key, text and position of what was put',
    async run(open) {
      const { stream } = await open();
      const [result] = succeed(await stream.putMany([{ partitionKey: 'clé 🔑', data: '{"text":"naïve\\n✓"}' }]));
      const [record] = await readEverything(stream);
      assert.equal(record?.partitionKey, 'clé 🔑');
      assert.equal(record.data, '{"text":"naïve\\n✓"}');
      assert.deepEqual({ sequence: record.sequence, shard: record.shard }, result);
      assert.ok(
        Number.isSafeInteger(record.arrivedAtMs) && record.arrivedAtMs > 0,
        'the time of arrival is in milliseconds',
      );
    },
  },
  {
    name: 'hands back bytes as text when they are valid UTF-8, with a byte order mark too',
    async run(open) {
      const { stream } = await open();
      assert.equal(await roundTrip(stream, Buffer.from('\ufeffgrüezi')), '\ufeffgrüezi');
    },
  },
  {
    name: 'hands back bytes as they were when they are not UTF-8',
    async run(open) {
      const { stream } = await open();
      const bytes = Uint8Array.of(0, 255, 128, 10, 13, 0);
      const data = await roundTrip(stream, bytes);
      assert.ok(data instanceof Uint8Array);
      assert.deepEqual([...data], [...bytes]);
    },
  },
  {
    name: 'keeps a record as it was when the caller uses its buffer again',
    async run(open) {
      const { stream } = await open();
      const bytes = Uint8Array.of(255, 1, 2);
      succeed(await stream.putMany([{ partitionKey: 'key', data: bytes }]));
      bytes.fill(0);
      const [record] = await readEverything(stream);
      assert.deepEqual([...Buffer.from(record?.data ?? '')], [255, 1, 2]);
    },
  },
  {
    name: 'takes empty data',
    async run(open) {
      const { stream } = await open();
      assert.equal(await roundTrip(stream, ''), '');
    },
  },
  {
    name: 'answers per entry in the order of entries',
    async run(open) {
      const { stream } = await open();
      const entries = Array.from({ length: 20 }, (_, index) => ({ partitionKey: `key-${index}`, data: String(index) }));
      const results = succeed(await stream.putMany(entries));
      const records = await readEverything(stream);
      const found = results.map(
        ({ sequence, shard }) => records.find((one) => one.sequence === sequence && one.shard === shard)?.data,
      );
      assert.deepEqual(
        found,
        entries.map(({ data }) => data),
      );
      assert.deepEqual(await stream.putMany([]), []);
    },
  },
  {
    name: 'keeps the records of one key in order, over calls that overlap too',
    async run(open) {
      const { stream } = await open();
      const call = (number: number): StreamEntry[] =>
        ['a', 'b', 'c'].flatMap((partitionKey) =>
          [0, 1].map((half) => ({ partitionKey, data: `${number * 2 + half}` })),
        );
      succeed((await Promise.all([0, 1, 2, 3].map((number) => stream.putMany(call(number))))).flat());
      const records = await readEverything(stream);
      for (const key of ['a', 'b', 'c']) {
        const data = records.filter(({ partitionKey }) => partitionKey === key).map((record) => Number(record.data));
        assert.deepEqual(data, [0, 1, 2, 3, 4, 5, 6, 7]);
      }
    },
  },
  {
    name: 'routes by the MD5 of the key to the shard whose hash range holds it',
    async run(open) {
      const { stream } = await open();
      const shards = await stream.shards();
      assert.ok(shards.length >= 2, 'the case needs a stream with two shards');
      const keys = Array.from({ length: 50 }, (_, index) => `member-${index}-é`);
      const results = succeed(await stream.putMany(keys.map((partitionKey) => ({ partitionKey, data: '' }))));
      for (const [index, { shard }] of results.entries()) {
        const digest = BigInt(`0x${hash('md5', keys[index] ?? '', 'hex')}`);
        const [start = '', end = ''] = shards.find(({ id }) => id === shard)?.hashRange ?? [];
        assert.ok(BigInt(start) <= digest && digest <= BigInt(end), 'the hash is outside the range of its shard');
      }
      assert.ok(new Set(results.map(({ shard }) => shard)).size >= 2, 'fifty keys all went to one shard');
    },
  },
  {
    name: 'takes partition keys of 1 to 256 characters, counted as characters',
    async run(open) {
      const { stream } = await open();
      succeed(await stream.putMany([{ partitionKey: '🎟'.repeat(256), data: 'fits' }]));
      for (const partitionKey of ['', 'k'.repeat(257), '🎟'.repeat(257)]) {
        await assertCode(stream.putMany([{ partitionKey, data: '' }]), 'validation');
      }
    },
  },
  {
    name: 'takes records up to 1 MiB with their key, counted in bytes',
    async run(open) {
      const { stream } = await open();
      const data = 'é'.repeat(MEBIBYTE / 2 - 1);
      succeed(await stream.putMany([{ partitionKey: 'ab', data }]));
      await assertCode(stream.putMany([{ partitionKey: 'abc', data }]), 'too_large');
      await assertCode(stream.putMany([{ partitionKey: 'a', data: new Uint8Array(MEBIBYTE) }]), 'too_large');
    },
  },
  {
    name: 'writes nothing of a call in which one entry is over a limit',
    async run(open) {
      const { stream } = await open();
      const entries = [
        { partitionKey: 'good', data: 'a' },
        { partitionKey: '', data: 'b' },
      ];
      await assertCode(stream.putMany(entries), 'validation');
      assert.deepEqual(await readEverything(stream), []);
    },
  },
];

/** The promises of `RecordStream`, those of its log first. */
export const recordStreamCases: readonly Case<RecordStreamSubject>[] = [
  ...shardedLogCases<RecordStreamSubject, StreamRecord>(({ stream }) => ({
    log: stream,
    append: async (label) => {
      succeed(await stream.putMany([{ partitionKey: 'one key', data: label }]));
    },
    label: ({ data }) => String(data),
  })),
  ...ownCases,
];

import assert from 'node:assert/strict';
import type { PublishResult, Topic, TopicMessage, TopicRecord } from '@verifiedfan/ports';
import { assertCode } from './expect.ts';
import { shardedLogCases } from './sharded-log-cases.ts';
import type { Case } from './suite.ts';

/** A topic with three partitions. */
export type TopicSubject = { topic: Topic };

const succeed = (results: readonly PublishResult[]): { partition: number; offset: string }[] =>
  results.map((result) => ('error' in result ? assert.fail(result.error) : result));

const publish = async (topic: Topic, messages: readonly TopicMessage[]) => succeed(await topic.publishMany(messages));

const readEverything = async (topic: Topic): Promise<TopicRecord[]> => {
  const pages = await Promise.all((await topic.shards()).map(({ id }) => topic.read({ shard: id, limit: 10_000 })));
  return pages.flatMap(({ records }) => records);
};

const ownCases: readonly Case<TopicSubject>[] = [
  {
    name: 'hands back key, value, headers and position of a message',
    async run(open) {
      const { topic } = await open();
      const headers = { traceparent: '00-ab', 'x-naïve': '✓' };
      const [result] = await publish(topic, [{ key: 'clé', value: '{"a":"✓"}', headers }]);
      const [record] = await readEverything(topic);
      assert.equal(record?.key, 'clé');
      assert.equal(record.value, '{"a":"✓"}');
      assert.deepEqual(record.headers, headers);
      assert.deepEqual({ partition: Number(record.shard), offset: record.sequence }, result);
      assert.ok(Number.isSafeInteger(record.atMs) && record.atMs > 0, 'the time is in milliseconds');
    },
  },
  {
    name: 'keeps tombstones and empty values apart, and gives no headers as an empty object',
    async run(open) {
      const { topic } = await open();
      await publish(topic, [{ key: 'a', value: null }]);
      await publish(topic, [{ key: 'a', value: '' }]);
      const records = await readEverything(topic);
      assert.deepEqual(
        records.map(({ value }) => value),
        [null, ''],
      );
      assert.deepEqual(
        records.map(({ headers }) => headers),
        [{}, {}],
      );
    },
  },
  {
    name: 'hands back bytes that are not UTF-8 as they were',
    async run(open) {
      const { topic } = await open();
      await publish(topic, [{ key: 'a', value: Uint8Array.of(254, 0, 10) }]);
      const [record] = await readEverything(topic);
      assert.ok(record?.value instanceof Uint8Array);
      assert.deepEqual([...record.value], [254, 0, 10]);
    },
  },
  {
    name: 'keeps a message without a key apart from one with an empty key',
    async run(open) {
      const { topic } = await open();
      await publish(topic, [
        { key: null, value: 'none' },
        { key: '', value: 'empty' },
      ]);
      const records = await readEverything(topic);
      assert.equal(records.find(({ value }) => value === 'none')?.key, null);
      assert.equal(records.find(({ value }) => value === 'empty')?.key, '');
    },
  },
  {
    name: 'counts offsets in every partition from 0 without gaps',
    async run(open) {
      const { topic } = await open();
      await publish(
        topic,
        Array.from({ length: 30 }, (_, index) => ({ key: `key-${index}`, value: 'v' })),
      );
      for (const { id } of await topic.shards()) {
        const { records } = await topic.read({ shard: id, limit: 100 });
        assert.deepEqual(
          records.map(({ sequence }) => sequence),
          records.map((_, index) => String(index)),
        );
      }
    },
  },
  {
    name: 'keeps the messages of one key in one partition and in order',
    async run(open) {
      const { topic } = await open();
      const keys = ['a', 'b', 'c', 'd'];
      for (let round = 0; round < 5; round++)
        await publish(
          topic,
          keys.map((key) => ({ key, value: String(round) })),
        );
      const records = await readEverything(topic);
      for (const key of keys) {
        const own = records.filter((record) => record.key === key);
        assert.deepEqual(
          own.map(({ value }) => value),
          ['0', '1', '2', '3', '4'],
        );
        assert.equal(new Set(own.map(({ shard }) => shard)).size, 1);
      }
    },
  },
  {
    name: 'spreads messages without a key over the partitions',
    async run(open) {
      const { topic } = await open();
      const messages = Array.from({ length: 60 }, () => ({ key: null, value: 'v' }));
      const used = new Set((await publish(topic, messages)).map(({ partition }) => partition));
      assert.equal(used.size, (await topic.shards()).length);
    },
  },
  {
    name: 'takes messages up to 1 MiB with key and headers',
    async run(open) {
      const { topic } = await open();
      const value = 'v'.repeat(1_048_576 - 6);
      await publish(topic, [{ key: 'ab', value, headers: { c: 'def' } }]);
      await assertCode(topic.publishMany([{ key: 'abc', value, headers: { c: 'def' } }]), 'too_large');
      await assertCode(topic.publishMany([{ key: 'ab', value, headers: { c: 'defg' } }]), 'too_large');
    },
  },
];

/** The promises of `Topic`, those of its log first. */
export const topicCases: readonly Case<TopicSubject>[] = [
  ...shardedLogCases<TopicSubject, TopicRecord>(({ topic }) => ({
    log: topic,
    append: async (label) => {
      await publish(topic, [{ key: 'one key', value: label }]);
    },
    label: ({ value }) => String(value),
  })),
  ...ownCases,
];

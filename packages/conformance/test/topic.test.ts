import { describe, it } from 'node:test';
import type { Topic, TopicMessage, TopicRecord } from '@verifiedfan/ports';
import { registerMutants } from '../src/suite.ts';
import { type TopicSubject, topicCases } from '../src/topic-cases.ts';
import { logMutants } from './log-mutants.ts';
import { openTopic } from './open.ts';

type Mutant = (subject: TopicSubject) => TopicSubject;

const on =
  (change: (topic: Topic) => Partial<Topic>): Mutant =>
  ({ topic }) => ({ topic: { ...topic, ...change(topic) } });

const records = (change: (records: TopicRecord[]) => TopicRecord[]): Mutant =>
  on((topic) => ({
    async read(options) {
      const page = await topic.read(options);
      return { ...page, records: change(page.records) };
    },
  }));
const each = (change: (record: TopicRecord) => TopicRecord): Mutant => records((list) => list.map(change));
const messages = (change: (message: TopicMessage, index: number) => TopicMessage): Mutant =>
  on((topic) => ({ publishMany: (list) => topic.publishMany(list.map(change)) }));

const lenient = on((topic) => ({
  publishMany: (list) => topic.publishMany(list).catch(() => list.map(() => ({ partition: 0, offset: '0' }))),
}));

const spread = (): Mutant => {
  let turn = 0;
  return on((topic) => ({
    publishMany: (list) =>
      topic.publishMany(
        list.map((message) => ({ ...message, key: null, headers: { key: String(message.key), turn: `${turn++}` } })),
      ),
    async read(options) {
      const page = await topic.read(options);
      return { ...page, records: page.records.map((record) => ({ ...record, key: record.headers.key ?? null })) };
    },
  }));
};

describe('topic', { concurrency: true }, () => {
  registerMutants({
    title: 'topic',
    cases: topicCases,
    it,
    ...openTopic,
    mutants: {
      ...logMutants<TopicSubject>(({ topic }, change) => ({
        topic: { ...topic, ...(change(topic as never) as object) },
      })),
      'hands back key, value, headers and position of a message': {
        'loses headers': each((record) => ({ ...record, headers: {} })),
        'writes header names in ASCII': each((record) => ({
          ...record,
          headers: { ...record.headers, 'x-naive': '✓' },
        })),
        'loses the key': each((record) => ({ ...record, key: null })),
        'hands out base64': each((record) => ({ ...record, value: btoa('{}') })),
        'answers another position': on((topic) => ({
          publishMany: async (list) => (await topic.publishMany(list)).map(() => ({ partition: 9, offset: '9' })),
        })),
        'gives the time in seconds': each((record) => ({ ...record, atMs: record.atMs / 1_000 + 0.5 })),
      },
      'keeps tombstones and empty values apart, and gives no headers as an empty object': {
        'takes a tombstone for an empty value': each((record) => ({ ...record, value: record.value ?? '' })),
        'takes an empty value for a tombstone': each((record) => ({ ...record, value: record.value || null })),
        'gives no headers as undefined': each((record) => ({ ...record, headers: undefined as never })),
      },
      'hands back bytes that are not UTF-8 as they were': {
        'makes text of them': each((record) => ({ ...record, value: Buffer.from(record.value ?? '').toString() })),
      },
      'keeps a message without a key apart from one with an empty key': {
        'gives every message a key': messages((message) => ({ ...message, key: message.key ?? '' })),
        'takes an empty key for none': messages((message) => ({ ...message, key: message.key || null })),
      },
      'counts offsets in every partition from 0 without gaps': {
        'counts from 1': each((record) => ({ ...record, sequence: String(Number(record.sequence) + 1) })),
        'leaves gaps': records((list) => list.filter((_, index) => index !== 1)),
      },
      'keeps the messages of one key in one partition and in order': {
        'spreads them like messages without a key': spread(),
        'turns pages round': records((list) => list.toReversed()),
      },
      'spreads messages without a key over the partitions': {
        'puts them into one': messages((message) => ({ ...message, key: 'none' })),
      },
      'takes messages up to 1 MiB with key and headers': {
        'takes messages of any size': lenient,
        'does not count headers': on((topic) => ({
          publishMany: (list) => topic.publishMany(list.map((message) => ({ ...message, headers: {} }))),
        })),
        'takes less than 1 MiB': on((topic) => ({
          publishMany: (list) =>
            list.some(({ value }) => (value?.length ?? 0) > 500_000)
              ? Promise.reject(new Error('large'))
              : topic.publishMany(list),
        })),
      },
    },
  });
});

import { describe, it } from 'node:test';
import { openLevelTopic, systemClock } from '@verifiedfan/embedded';
import { createKafkaTopics } from '@verifiedfan/kafka';
import type { Topic, TopicMessage, TopicRecord } from '@verifiedfan/ports';
import {
  codeOf,
  differential,
  type Pair,
  runOptions,
  type Side,
  serverAddress,
  uniqueName,
} from '../../../src/index.ts';
import { type MessageOf, type TopicOperation, topicOperations } from './operations.ts';

const SHARD = '0';

const toMessage = ({ key, value, headers = {} }: MessageOf): TopicMessage => ({
  key,
  value: typeof value === 'object' && value !== null ? Uint8Array.from(value.bytes) : value,
  headers,
});

const shown = ({ sequence, key, value, headers }: TopicRecord): unknown => {
  const text = typeof value === 'string' ? value.slice(0, 100) : value && [...value];
  return { sequence, key, text, length: value?.length, headers };
};

const topicSide = (topic: Topic, close: () => Promise<void>): Side<TopicOperation> => {
  let position: string | undefined;
  const publish = async (messages: readonly TopicMessage[]): Promise<unknown> =>
    (await topic.publishMany(messages)).map((result) => ('error' in result ? codeOf(result.error) : result));

  /** Until so many were looked at, or there are no more: how many one read gives is the engine's own choice. */
  const read = async (limit: number, onlyKey?: string): Promise<unknown> => {
    const filter = onlyKey === undefined ? undefined : ({ key }: { key: string | null }) => key === onlyKey;
    const found: TopicRecord[] = [];
    for (let looked = 0; looked < limit; ) {
      const page = await topic.read({ shard: SHARD, after: position, limit: limit - looked, filter });
      if (page.scanned === 0) break;
      looked += page.scanned;
      found.push(...page.records);
      position = page.last;
    }
    return [position, found.map(shown)];
  };

  return {
    close,
    async play(operation) {
      if ('publish' in operation) return publish(operation.publish.map(toMessage));
      if ('publishLarge' in operation) return publish([{ key: null, value: 'a'.repeat(operation.publishLarge) }]);
      if ('latest' in operation) return topic.latest(SHARD);
      if ('shards' in operation) return (await topic.shards()).map(({ id }) => id);
      if ('wrongRead' in operation)
        return topic.read(operation.wrongRead === 'limit' ? { shard: SHARD, limit: 0 } : { shard: '7', limit: 1 });
      if (operation.read === 'start') position = undefined;
      return read(operation.limit, operation.onlyKey);
    },
    async settle() {
      position = undefined;
      return read(100_000);
    },
  };
};

const open = async (): Promise<Pair<TopicOperation>> => {
  const topics = createKafkaTopics({ brokers: [serverAddress('kafka')], clock: systemClock });
  const kafka = topics.topic(uniqueName('differential'), { create: { partitions: 1 } });
  const level = openLevelTopic({ name: 'entries', memory: true, clock: systemClock });
  return { embedded: topicSide(level, level.close), server: topicSide(kafka, topics.close) };
};

describe('the embedded topic beside Kafka', () => {
  differential({ it, title: 'a topic', generator: topicOperations, open, ...runOptions() });
});

import { randomUUID } from 'node:crypto';
import { describe, it } from 'node:test';
import { topicSuite } from '@verifiedfan/conformance';
import { systemClock } from '@verifiedfan/embedded';
import { createKafkaTopics } from '@verifiedfan/kafka';
import { serverAddress } from '../../src/index.ts';

describe('Kafka', () => {
  topicSuite({
    it,
    open: async () => {
      const topics = createKafkaTopics({ brokers: [serverAddress('kafka')], clock: systemClock });
      return { topic: topics.topic(`test-${randomUUID()}`, { create: { partitions: 3 } }), close: topics.close };
    },
    close: async (subject) => {
      if ('close' in subject && typeof subject.close === 'function') await subject.close();
    },
  });
});

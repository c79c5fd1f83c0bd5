import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { systemClock } from '@verifiedfan/embedded';
import { createKafkaTopics } from '@verifiedfan/kafka';
import { PortError } from '@verifiedfan/ports';
import { serverAddress, uniqueName } from '../../src/index.ts';
import { readTopic } from '../kafka/read-topic.ts';
import { startTcpProxy } from './set-up.ts';

describe('a topic behind the TCP fault proxy', () => {
  for (const kind of ['cut-request', 'lose-answer', 'cut-answer'] as const) {
    it(`stores every message once though a connection is broken by ${kind} in the middle of a batch`, async (test) => {
      const [, brokerPort] = serverAddress('kafka').split(':');
      const { proxy, port } = await startTcpProxy(test, { port: Number(brokerPort), isBroker: true });
      const topics = createKafkaTopics({ brokers: [`127.0.0.1:${port}`], clock: systemClock, timeoutMs: 2_000 });
      test.after(() => topics.close());
      const topic = topics.topic(uniqueName('faults'), { create: { partitions: 2 } });
      await topic.publishMany([{ key: 'first', value: 'first' }]);
      proxy.add({ kind, contains: 'value-', times: 1 });
      const values = Array.from({ length: 50 }, (_, index) => `value-${index}`);
      const results = await topic.publishMany(values.map((value) => ({ key: value, value })));
      assert.equal(proxy.counts().injected[kind], 1);
      assert.deepEqual(
        results.filter((result) => 'error' in result),
        [],
      );
      const stored = [...(await readTopic(topic)).values()];
      assert.deepEqual(stored.toSorted(), ['first', ...values].toSorted());
    });
  }

  it('keeps the order of a key when a request is given up and its messages are published again', async (test) => {
    const [, brokerPort] = serverAddress('kafka').split(':');
    const { proxy, port } = await startTcpProxy(test, { port: Number(brokerPort), isBroker: true });
    const topics = createKafkaTopics({ brokers: [`127.0.0.1:${port}`], clock: systemClock, timeoutMs: 2_000 });
    test.after(() => topics.close());
    const topic = topics.topic(uniqueName('order'), { create: { partitions: 1 } });
    await topic.publishMany([{ key: 'member', value: 'zero' }]);
    // Each is a request of its own, as two of them are more than a broker takes at once.
    const messages = ['one', 'two', 'three'].map((word) => ({ key: 'member', value: `${word}-`.padEnd(600_000, '.') }));
    proxy.add({ kind: 'cut-request', contains: 'one-' });
    const results = await topic.publishMany([...messages, { key: 'other', value: 'other' }]);
    assert.deepEqual(
      results.map((result) => ('error' in result && result.error instanceof PortError ? result.error.code : 'stored')),
      ['unavailable', 'unavailable', 'unavailable', 'stored'],
    );
    proxy.clear();
    const again = await topic.publishMany(messages);
    assert.ok(again.every((result) => 'offset' in result));
    const words = [...(await readTopic(topic)).values()].map((value) => value.replace(/-\.*$/, ''));
    assert.deepEqual(words, ['zero', 'other', 'one', 'two', 'three']);
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { systemClock } from '@verifiedfan/embedded';
import { createKafkaTopics } from '@verifiedfan/kafka';
import { openOwnServer } from '../../src/index.ts';
import { readTopic } from './read-topic.ts';

describe('a Kafka broker that is stopped under load and started again', () => {
  it('loses and repeats no message that was acknowledged, and is published to and waited for again', async (test) => {
    const server = await openOwnServer('kafka');
    test.after(() => server.close());
    const topics = createKafkaTopics({ brokers: [server.address], clock: systemClock, timeoutMs: 2_000 });
    test.after(() => topics.close());
    const topic = topics.topic('load', { create: { partitions: 3 } });
    const acknowledged = new Map<string, string>();
    const codes = new Set<unknown>();
    let sent = 0;
    let stopping = false;
    let afterRestart = 0;

    const publish = async (): Promise<number> => {
      const messages = Array.from({ length: 10 }, () => ({ key: `key-${sent % 7}`, value: String(sent++) }));
      const results = await topic.publishMany(messages).catch((error) => messages.map(() => ({ error })));
      for (const [index, result] of results.entries()) {
        if ('error' in result) codes.add('code' in result.error ? result.error.code : result.error);
        else acknowledged.set(`${result.partition}:${result.offset}`, String(messages[index]?.value));
      }
      return results.filter((result) => !('error' in result)).length;
    };
    const load = (async () => {
      while (!stopping) {
        await publish();
        await sleep(20);
      }
    })();

    await sleep(1_000);
    await server.stop();
    await assert.rejects(topic.latest('0'), { code: 'unavailable' });
    const waiting = topic.waitForRecords({ shard: '0', after: '1000000', signal: AbortSignal.timeout(60_000) });
    await server.start();
    stopping = true;
    await load;
    for (let attempt = 0; attempt < 100 && afterRestart === 0; attempt += 1) {
      afterRestart = await publish();
      if (afterRestart === 0) await sleep(200);
    }
    assert.ok(afterRestart > 0, 'the same driver publishes again');
    assert.deepEqual([...codes], ['unavailable']);
    const stored = await readTopic(topic);
    for (const [place, value] of acknowledged) assert.equal(stored.get(place), value);
    assert.equal(new Set(stored.values()).size, stored.size, 'nothing is stored twice');
    await topics.close();
    await waiting;
  });
});

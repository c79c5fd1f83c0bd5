import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { afterEach, describe, it } from 'node:test';
import { systemClock } from '@verifiedfan/embedded';
import type { TopicMessage } from '@verifiedfan/ports';
import { createKafkaTopics, type KafkaTopicsOptions, type Use } from '../src/index.ts';

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

const open = (brokers: string[], options: Partial<KafkaTopicsOptions> = {}) => {
  const topics = createKafkaTopics({ brokers, clock: systemClock, timeoutMs: 100, ...options });
  closing.push(topics.close);
  return topics;
};

/** Nobody listens there. */
const NOWHERE = '127.0.0.1:1';

/** A broker that takes connections and does this with them. */
const openBroker = async (meet: (socket: Socket) => void): Promise<string> => {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    meet(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closing.push(async () => {
    for (const socket of sockets) socket.destroy();
    server.close();
    await once(server, 'close');
  });
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
};

const unavailable = { name: 'PortError', code: 'unavailable', retryable: true };

describe('topics of Kafka', () => {
  it('are unavailable where nobody listens', async () => {
    const topics = open([NOWHERE]);
    const topic = topics.topic('t');
    await assert.rejects(topics.verify(), { ...unavailable, message: 'Kafka cannot be reached' });
    await assert.rejects(topic.publishMany([{ key: 'a', value: 'b' }]), unavailable);
    await assert.rejects(topic.read({ shard: '0', limit: 1 }), unavailable);
    await assert.rejects(topic.latest('0'), unavailable);
  });

  it('are unavailable when the broker ends connections, or says nothing', async () => {
    for (const meet of [(socket: Socket) => socket.destroy(), () => {}]) {
      const topics = open([await openBroker(meet)]);
      await assert.rejects(topics.verify(), unavailable);
    }
  });

  it('wait for a broker that is gone until they are told not to', async () => {
    const topic = open([NOWHERE]).topic('t');
    const control = new AbortController();
    const waiting = topic.waitForRecords({ shard: '0', signal: control.signal });
    control.abort();
    await waiting;
    await topic.waitForRecords({ shard: '0', signal: AbortSignal.abort() });
  });

  it('refuse what no topic takes before anything is sent', async () => {
    const topic = open([NOWHERE]).topic('t');
    const wrong: TopicMessage[] = [
      { key: 7 as unknown as string, value: '' },
      { key: 'a', value: '\ud800' },
      { key: 'a', value: '', headers: { a: 1 as unknown as string } },
    ];
    for (const message of wrong) await assert.rejects(topic.publishMany([message]), { code: 'validation' });
    await assert.rejects(topic.publishMany([{ key: null, value: 'x'.repeat(1_048_577) }]), { code: 'too_large' });
    await assert.rejects(topic.read({ shard: '0', limit: 0 }), { code: 'validation' });
    await assert.rejects(topic.read({ shard: '0', limit: 1, after: 'x' }), { code: 'validation' });
    assert.deepEqual(await topic.publishMany([]), []);
  });

  it('are told to whoever prints the bill', async () => {
    const uses: Use[] = [];
    const topic = open([NOWHERE], { onUse: (use) => uses.push(use) }).topic('t');
    await assert.rejects(topic.publishMany([{ key: 'ab', value: 'é', headers: { h: '1' } }]));
    assert.deepEqual(uses, [{ operation: 'publish', requests: 1, bytes: 6 }]);
  });

  it('take no calls once they are closed, however often that is', async () => {
    const topics = open([NOWHERE]);
    const topic = topics.topic('t');
    await Promise.all([topics.close(), topics.close()]);
    await assert.rejects(topic.latest('0'), { code: 'closed', retryable: false });
  });

  it('refuse options that they do not know', () => {
    assert.throws(() => open([NOWHERE], { timeout: 1 } as Partial<KafkaTopicsOptions>), TypeError);
    assert.throws(() => open([]), { code: 'validation' });
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createManualClock } from '@verifiedfan/embedded';
import { PortError } from '@verifiedfan/ports';
import { createGate } from '@verifiedfan/test-utils';
import { encodeMessage } from '../src/checks.ts';
import { createSender, type SendingProducer } from '../src/sender.ts';

type Sent = { partition: number | undefined; key: string | undefined; value: string | undefined };

/** A producer that counts offsets up; `interfere` may fail a request, by its number from 0. */
const setUp = (interfere: (request: number) => void | Promise<void> = () => {}) => {
  const requests: Sent[][] = [];
  const ends = new Map<number, bigint>();
  let underWay = 0;
  const producer: SendingProducer = {
    async send({ messages }) {
      underWay += 1;
      assert.equal(underWay, 1, 'one request at a time');
      const request = requests.length;
      requests.push(
        messages.map(({ partition, key, value }) => ({ partition, key: key?.toString(), value: value?.toString() })),
      );
      try {
        await interfere(request);
        const offsets = new Map<number, bigint>();
        for (const { partition = 0 } of messages) {
          const end = ends.get(partition) ?? 0n;
          if (!offsets.has(partition)) offsets.set(partition, end);
          ends.set(partition, end + 1n);
        }
        return { offsets: [...offsets].map(([partition, offset]) => ({ topic: 't', partition, offset })) };
      } finally {
        underWay -= 1;
      }
    },
    close: (async () => {}) as SendingProducer['close'],
  };
  const sender = createSender({ topic: 't', producer: () => producer, clock: createManualClock() });
  const place = (partition: number, value: string, key: string | null = null) => ({
    partition,
    message: encodeMessage({ key, value }),
  });
  return { sender, requests, place };
};

describe('sending to Kafka', () => {
  it('answers every message with its own offset', async () => {
    const { sender, place } = setUp();
    const results = await sender.send([place(0, 'a'), place(1, 'b'), place(0, 'c')]);
    assert.deepEqual(results, [
      { partition: 0, offset: '0' },
      { partition: 1, offset: '0' },
      { partition: 0, offset: '1' },
    ]);
  });

  it('sends what comes during a request together in the next one, in its order', async () => {
    const gate = createGate();
    const { sender, requests, place } = setUp((request) => (request === 0 ? gate.wait() : undefined));
    const first = sender.send([place(0, 'a')]);
    while (requests.length === 0) await Promise.resolve();
    const others = ['b', 'c', 'd'].map((value) => sender.send([place(0, value)]));
    gate.open();
    await Promise.all([first, ...others]);
    assert.deepEqual(
      requests.map((request) => request.map(({ value }) => value).join('')),
      ['a', 'bcd'],
    );
  });

  it('makes no batch larger than brokers take, and lets nothing overtake within a partition', async () => {
    const { sender, requests, place } = setUp();
    const large = 'x'.repeat(600_000);
    await sender.send([place(0, large), place(0, large), place(0, 'small'), place(1, 'other')]);
    assert.deepEqual(
      requests.map((request) => request.map(({ partition, value = '' }) => `${partition}:${value.length}`)),
      [
        ['0:600000', '1:5'],
        ['0:600000', '0:5'],
      ],
    );
  });

  it('answers a failed request per message, and sends the next one all the same', async () => {
    const { sender, place } = setUp((request) => {
      if (request === 0) throw new Error('lost');
    });
    const [failed] = await sender.send([place(0, 'a')]);
    assert.ok(failed && 'error' in failed && failed.error instanceof PortError);
    assert.deepEqual([failed.error.code, failed.error.retryable], ['unavailable', true]);
    assert.deepEqual(await sender.send([place(0, 'b')]), [{ partition: 0, offset: '0' }]);
  });

  it('tells what was stored of a request that failed in part', async () => {
    const produced = { offsets: [{ topic: 't', partition: 1, offset: 7n }] };
    const { sender, place } = setUp(() => {
      throw Object.assign(new Error('one broker is gone'), { produced });
    });
    const results = await sender.send([place(0, 'a'), place(1, 'b'), place(1, 'c')]);
    assert.deepEqual(results.slice(1), [
      { partition: 1, offset: '7' },
      { partition: 1, offset: '8' },
    ]);
    assert.ok(results[0] && 'error' in results[0]);
  });

  it('keeps tombstones and missing keys apart from empty ones', async () => {
    const { sender, requests } = setUp();
    await sender.send([
      { partition: 0, message: encodeMessage({ key: '', value: null }) },
      { partition: 0, message: encodeMessage({ key: null, value: '' }) },
    ]);
    assert.deepEqual(requests[0], [
      { partition: 0, key: '', value: undefined },
      { partition: 0, key: undefined, value: '' },
    ]);
  });
});

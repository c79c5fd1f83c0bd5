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

  it('sends nothing of a key behind a message of the same call that failed, and everything else', async () => {
    const { sender, requests, place } = setUp((request) => {
      if (request === 0) throw new Error('lost');
    });
    const large = 'x'.repeat(600_000);
    const results = await sender.send([
      place(0, large, 'a'),
      place(0, large, 'a'),
      place(0, 'other', 'b'),
      place(0, 'keyless'),
      place(0, 'last', 'a'),
    ]);
    assert.deepEqual(
      results.map((result) => ('error' in result ? result.error.message : result.offset)),
      [
        'publish failed: Error',
        'the message was not sent, since an earlier one of its key failed (unavailable)',
        '0',
        '1',
        'the message was not sent, since an earlier one of its key failed (unavailable)',
      ],
    );
    const [first, second] = results;
    assert.ok(first && second && 'error' in first && 'error' in second && second.error instanceof PortError);
    assert.deepEqual([second.error.retryable, second.error.cause], [true, first.error]);
    assert.deepEqual(
      requests.map((request) => request.map(({ key, value = '' }) => `${key} ${value.length}`)),
      [['a 600000'], ['b 5', 'undefined 7']],
    );
  });

  it('asks for no request when everything that waits is held back', async () => {
    const { sender, requests, place } = setUp((request) => {
      if (request === 0) throw new Error('lost');
    });
    const large = 'x'.repeat(600_000);
    await sender.send([place(0, large, 'a'), place(0, large, 'a')]);
    assert.equal(requests.length, 1);
    assert.deepEqual(await sender.send([place(0, 'again', 'a')]), [{ partition: 0, offset: '0' }], 'a later call');
  });

  it('answers a failed request per message, and sends that of the next call all the same', async () => {
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

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { JsonObject, JsonValue } from '@verifiedfan/ports';
import { dynamodbStream, type Middleware } from '@verifiedfan/worker';
import { createRig, type Rig } from './support/rig.ts';
import { aWorker, JSON_WAY } from './support/workers.ts';

const SHARD = 'shardId-000000000000';
const write = ({ platform }: Rig, SK: string, n: number) =>
  platform.table('rows').updateMany([{ put: { PK: 'campaign', SK, n } }]);

/** Notes every event and answer, as a middleware of a worker sees them. */
const eavesdropping = (change: (answer: JsonObject) => void = () => {}) => {
  const events: JsonObject[] = [];
  const answers: JsonValue[] = [];
  const middleware: Middleware = {
    before: ({ event }) => void events.push(event as JsonObject),
    after({ response }) {
      change(response as JsonObject);
      answers.push(structuredClone(response) as JsonValue);
    },
  };
  return { events, answers, middlewares: [middleware] };
};

describe('a mapping of table changes', () => {
  const source = dynamodbStream('rows', { windowSeconds: 60 });

  it('tells shard and window of a source with a tumbling window, and gets the state back', async (test) => {
    const { events, answers, middlewares } = eavesdropping();
    const shards: unknown[] = [];
    const handle = async (_records: unknown, { shard }: { shard: string | undefined }) => {
      shards.push(shard);
      return { count: 1 };
    };
    const rig = createRig(test, { workers: { worker: aWorker(source, handle, { middlewares }) } });
    await rig.clock.advance(90_000);
    await write(rig, 'a', 1);
    await rig.engine.start();
    await rig.settle();
    const [{ Records, ...members } = {}] = events;
    assert.equal((Records as JsonValue[]).length, 1);
    assert.deepEqual(members, {
      window: { start: '2026-01-05T10:01:00Z', end: '2026-01-05T10:02:00Z' },
      state: {},
      shardId: SHARD,
      eventSourceARN: 'arn:aws:dynamodb:local:000000000000:table/rows/stream/local',
      isFinalInvokeForWindow: false,
      isWindowTerminatedEarly: false,
    });
    assert.deepEqual(answers, [{ count: 1, batchItemFailures: [], state: {} }]);
    assert.deepEqual(shards, [SHARD]);
  });

  it('takes an answer without the state of its window for a failure, as AWS does', async (test) => {
    let isBroken = true;
    const { middlewares } = eavesdropping((answer) => {
      if (isBroken) delete answer.state;
      isBroken = false;
    });
    const rig = createRig(test, { workers: { worker: aWorker(source, async () => ({}), { middlewares }) } });
    await write(rig, 'a', 1);
    await rig.engine.start();
    await rig.settle();
    assert.deepEqual(
      rig.failures.map(({ error }) => error.message),
      ['the answer lacks the state of its window'],
    );
    assert.equal(rig.answers.length, 2);
  });

  for (const [way, more] of [
    ['decoded', {}],
    ['as an event', JSON_WAY],
  ] as const) {
    it(`tells no shard without a window, ${way}, because AWS would not either`, async (test) => {
      const shards: unknown[] = [];
      const handle = async (_records: unknown, { shard }: { shard: string | undefined }) => {
        shards.push(shard);
        return {};
      };
      const rig = createRig(test, { workers: { worker: aWorker(dynamodbStream('rows'), handle, more) } });
      await write(rig, 'a', 1);
      await rig.engine.start();
      await rig.settle();
      assert.deepEqual(shards, [undefined]);
    });
  }

  it('passes over what its filters leave out, by keys and kind as by images', async (test) => {
    const seen: Record<string, string[]> = { byKeys: [], byImage: [] };
    const noting = (name: string, filter: JsonValue) =>
      aWorker(dynamodbStream('rows', { filters: [filter] }), async (records) => {
        for (const { data } of records) seen[name]?.push(`${data.eventName} ${data.keys.SK}`);
        return {};
      });
    const workers = {
      byKeys: noting('byKeys', { eventName: ['MODIFY'], dynamodb: { Keys: { SK: { S: [{ prefix: 'a' }] } } } }),
      byImage: noting('byImage', { dynamodb: { NewImage: { n: { N: ['2'] } } } }),
    };
    const rig = createRig(test, { workers });
    await write(rig, 'a', 1);
    await write(rig, 'a', 3);
    await write(rig, 'b', 2);
    await write(rig, 'b', 4);
    await rig.engine.start();
    await rig.settle();
    assert.deepEqual(seen, { byKeys: ['MODIFY a'], byImage: ['INSERT b'] });
  });

  it('hands over both images as they were at the change, though the row has changed again', async (test) => {
    const images: unknown[] = [];
    const handle = async (records: readonly { data: { oldItem?: unknown; newItem?: unknown } }[]) => {
      for (const { data } of records) images.push([data.oldItem, data.newItem]);
      return {};
    };
    const rig = createRig(test, { workers: { worker: aWorker(dynamodbStream('rows'), handle as never) } });
    for (const n of [1, 2]) await write(rig, 'a', n);
    await rig.platform.table('rows').updateMany([{ delete: { PK: 'campaign', SK: 'a' } }]);
    await rig.engine.start();
    await rig.settle();
    const row = (n: number) => ({ PK: 'campaign', SK: 'a', n });
    assert.deepEqual(images, [
      [undefined, row(1)],
      [row(1), row(2)],
      [row(2), undefined],
    ]);
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Shard } from '@verifiedfan/ports';
import { createGate, nextTurn } from '@verifiedfan/test-utils';
import { kinesis } from '@verifiedfan/worker';
import { followShards } from '../src/mappings/follow-shards.ts';
import { createRig, put } from './support/rig.ts';
import { aWorker, dataOf } from './support/workers.ts';

const [LEFT, RIGHT, CHILD] = ['shardId-000000000000', 'shardId-000000000001', 'shardId-000000000002'] as const;
const MERGED: Shard[] = [{ id: LEFT }, { id: RIGHT }, { id: CHILD, parent: LEFT, adjacentParent: RIGHT }];

/** Follows shards that end when the test opens their gates. */
const followWithGates = (lists: readonly Shard[][]) => {
  const stopping = new AbortController();
  const { signal } = stopping;
  const begun: string[] = [];
  const gates = new Map<string, ReturnType<typeof createGate>>();
  let listed = 0;
  const rests: number[] = [];
  const finished = followShards({
    signal,
    list: async () => lists[Math.min(listed++, lists.length - 1)] ?? [],
    rest: async (attempt) => void rests.push(attempt),
    async consume({ id }) {
      begun.push(id);
      const gate = createGate();
      gates.set(id, gate);
      signal.addEventListener('abort', gate.open);
      await gate.wait();
    },
  });
  const end = async (id: string): Promise<void> => {
    gates.get(id)?.open();
    await nextTurn();
  };
  const stop = (): Promise<void> => {
    stopping.abort();
    return finished;
  };
  return { begun, rests, end, stop, looks: () => listed };
};

describe('the shards of a log', () => {
  it('begin when both parents of a merge have ended, and not before', async () => {
    const { begun, end, stop } = followWithGates([MERGED]);
    await nextTurn();
    assert.deepEqual(begun, [LEFT, RIGHT]);
    await end(LEFT);
    assert.deepEqual(begun, [LEFT, RIGHT]);
    await end(RIGHT);
    assert.deepEqual(begun, [LEFT, RIGHT, CHILD]);
    await stop();
  });

  it('are looked for again while a closed one has no children yet, and each is begun once', async () => {
    const before = [{ id: LEFT }];
    const split = [{ id: LEFT }, { id: RIGHT, parent: LEFT }, { id: CHILD, parent: LEFT }];
    const { begun, rests, end, stop } = followWithGates([before, before, before, split]);
    await nextTurn();
    await end(LEFT);
    assert.deepEqual(
      [begun, rests],
      [
        [LEFT, RIGHT, CHILD],
        [1, 2],
      ],
    );
    await stop();
  });

  it('are looked for until there are some, since a stream that is being made has none yet', async () => {
    const { begun, rests, stop } = followWithGates([[], [], [{ id: LEFT }]]);
    await nextTurn();
    assert.deepEqual([begun, rests], [[LEFT], [1, 2]]);
    await stop();
  });

  it('do not wait for parents that are gone, and cost no look while none closes', async () => {
    const { begun, looks, stop } = followWithGates([[{ id: CHILD, parent: LEFT, adjacentParent: RIGHT }]]);
    await nextTurn();
    assert.deepEqual([begun, looks()], [[CHILD], 1]);
    await stop();
    assert.equal(looks(), 1);
  });
});

describe('a worker on a stream whose shards were merged', () => {
  it('has every record of both parents before the first of their child', async (test) => {
    const seen: unknown[] = [];
    const worker = aWorker(kinesis('stream', { batchSize: 2, batchWindowSeconds: 30 }), async (records) => {
      seen.push(...dataOf(records));
      return {};
    });
    const rig = createRig(test, {
      workers: { worker },
      wrap: (platform) => {
        const [parents, child] = [platform.stream('twoShards'), platform.stream('stream')];
        const placeOf = (shard: string) => (shard === CHILD ? { log: child, shard: LEFT } : { log: parents, shard });
        const stream: typeof child = {
          ...child,
          shards: async () => MERGED,
          latest: (id) => placeOf(id).log.latest(placeOf(id).shard),
          waitForRecords: (request) =>
            placeOf(request.shard).log.waitForRecords({ ...request, shard: placeOf(request.shard).shard }),
          async read(request) {
            const { log, shard } = placeOf(request.shard);
            const page = await log.read({ ...request, shard });
            // A closed shard says so with the page that reaches its end.
            return { ...page, closed: log === parents && page.scanned < request.limit };
          },
        };
        return { ...platform, stream: (name) => (name === 'stream' ? stream : platform.stream(name)) };
      },
    });
    const old = Array.from({ length: 9 }, (_, index) => `old ${index}`);
    await put(rig, 'twoShards', old, String);
    await put(rig, 'stream', ['new 1', 'new 2', 'new 3']);
    await rig.engine.start();
    await rig.settle();
    assert.deepEqual(seen.slice(0, old.length).map(String).sort(), old);
    assert.deepEqual(seen.slice(old.length), ['new 1', 'new 2', 'new 3']);
  });
});

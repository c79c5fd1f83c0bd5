import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createManualClock, type ManualClock } from '@verifiedfan/test-utils';
import {
  type BatchResult,
  type FailurePolicy,
  partitionByGroup,
  type StreamBatchOptions,
  workOff,
} from '../src/mappings/stream-batch.ts';

const POLICY: FailurePolicy = { batchSize: 4, bisectOnError: true, maxRetries: -1, maxAgeSeconds: -1 };

type SetUp = {
  policy?: Partial<FailurePolicy>;
  clock?: ManualClock;
  more?: Partial<StreamBatchOptions<number>>;
  invoke(batch: readonly number[], call: number): BatchResult;
};

/** Records are numbers; what was invoked, given up and slept is written down. */
const setUp = ({ policy = {}, clock = createManualClock(), more = {}, invoke }: SetUp) => {
  const calls: number[][] = [];
  const lost: { position: string; reason: string }[] = [];
  const pauses: number[] = [];
  const stop = new AbortController();
  const options: StreamBatchOptions<number> = {
    ready: async () => {},
    async invoke(batch) {
      calls.push([...batch]);
      return invoke(batch, calls.length);
    },
    policy: { ...POLICY, ...policy },
    clock,
    backOff: async (attempt) => void pauses.push(attempt),
    signal: stop.signal,
    arrivedAtMs: () => clock.now(),
    rejectionOf: (record, reason) => ({ position: String(record), reason, payload: record }),
    giveUp: async (rejections) => void lost.push(...rejections),
    onFailure: () => {},
    ...more,
  };
  return { calls, lost, pauses, stop, run: (records: readonly number[]) => workOff(records, options) };
};
const FAILED: BatchResult = { failedFrom: 0, error: new Error('no') };
const failingOn = (poison: number) => (batch: readonly number[]) => (batch.includes(poison) ? FAILED : {});

describe('workOff', () => {
  it('invokes with at most a batch at a time and in order', async () => {
    const { calls, run } = setUp({ invoke: () => ({}) });
    assert.equal(await run([1, 2, 3, 4, 5, 6]), 6);
    assert.deepEqual(calls, [
      [1, 2, 3, 4],
      [5, 6],
    ]);
  });

  it('splits a failing batch until the poison record stands alone, which uses up no attempt', async () => {
    const { calls, lost, pauses, run } = setUp({ policy: { maxRetries: 1 }, invoke: failingOn(3) });
    assert.equal(await run([1, 2, 3, 4]), 4);
    assert.deepEqual(calls, [[1, 2, 3, 4], [1, 2], [3, 4], [3], [3], [4]]);
    assert.deepEqual(pauses, [1]);
    assert.deepEqual(lost, [{ position: '3', reason: 'given up after 2 attempts: Error', payload: 3 }]);
  });

  it('repeats and gives up the whole batch where it must not be split', async () => {
    const policy = { maxRetries: 2, bisectOnError: false };
    const { calls, lost, pauses, run } = setUp({ policy, invoke: failingOn(2) });
    assert.equal(await run([1, 2, 3, 4, 5]), 5);
    assert.deepEqual(calls, [[1, 2, 3, 4], [1, 2, 3, 4], [1, 2, 3, 4], [5]]);
    assert.deepEqual(pauses, [1, 2], 'with a back-off that grows');
    assert.deepEqual(
      lost.map(({ position }) => position),
      ['1', '2', '3', '4'],
    );
  });

  it('goes on from the record that a partial failure names, with attempts of its own', async () => {
    const results: BatchResult[] = [FAILED, { failedFrom: 2 }, {}];
    const policy = { maxRetries: 1, bisectOnError: false };
    const { calls, lost, run } = setUp({ policy, invoke: (_batch, call) => results[call - 1] ?? {} });
    await run([1, 2, 3, 4]);
    assert.deepEqual(calls, [
      [1, 2, 3, 4],
      [1, 2, 3, 4],
      [3, 4],
    ]);
    assert.deepEqual(lost, []);
  });

  it('tries for ever where retries are unlimited', async () => {
    const { calls, lost, run } = setUp({ invoke: (_batch, call) => (call <= 500 ? FAILED : {}) });
    assert.equal(await run([1]), 1);
    assert.equal(calls.length, 501);
    assert.deepEqual(lost, []);
  });

  it('gives up what is older than the maximum age, and only after it was tried', async () => {
    const clock = createManualClock();
    const more = { arrivedAtMs: () => clock.now() - 61_000 };
    const { calls, lost, run } = setUp({ policy: { maxAgeSeconds: 60 }, clock, more, invoke: failingOn(1) });
    assert.equal(await run([1, 2]), 2);
    assert.deepEqual(calls, [[1, 2], [1], [2]]);
    assert.equal(lost.length, 1);
  });

  it('keeps what is not older than the maximum age', async () => {
    const clock = createManualClock();
    const more = { arrivedAtMs: () => clock.now() - 60_000 };
    const { lost, run } = setUp({
      policy: { maxAgeSeconds: 60 },
      clock,
      more,
      invoke: (_batch, call) => (call < 3 ? FAILED : {}),
    });
    assert.equal(await run([1]), 1);
    assert.deepEqual(lost, []);
  });

  it('takes what a stop interrupts for no failure, and says how far everything is done', async () => {
    const { lost, stop, run } = setUp({
      policy: { maxRetries: 0, batchSize: 2 },
      invoke: (batch) => {
        if (!batch.includes(3)) return {};
        stop.abort();
        return { failedFrom: 1 };
      },
    });
    assert.equal(await run([1, 2, 3, 4]), 3);
    assert.deepEqual(lost, []);
  });

  it('does not move on when what was given up cannot be stored', async () => {
    const more = { giveUp: () => Promise.reject(new Error('full')) };
    const { calls, run } = setUp({ policy: { maxRetries: 0 }, more, invoke: failingOn(1) });
    await assert.rejects(run([1, 2]), /full/);
    assert.deepEqual(calls, [[1, 2], [1]]);
  });

  it('shows no message of an error in a reason, which may hold a value', async () => {
    const error = Object.assign(new RangeError('fan@example.com'), { code: 'too_far' });
    const { lost, run } = setUp({ policy: { maxRetries: 0 }, invoke: () => ({ failedFrom: 0, error }) });
    await run([1]);
    assert.equal(lost[0]?.reason, 'given up after 1 attempts: RangeError too_far');
  });
});

describe('partitionByGroup', () => {
  it('keeps each group together and in order, in no more lists than asked for', () => {
    const records = Array.from({ length: 200 }, (_, index) => ({ group: `group ${index % 17}`, index }));
    const lists = partitionByGroup(records, 4, ({ group }) => group);
    assert.equal(lists.length, 4, 'seventeen groups reach all four');
    assert.equal(lists.flat().length, 200);
    const homes = new Map<string, number>();
    for (const [home, list] of lists.entries()) {
      assert.deepEqual(
        list,
        list.toSorted((a, b) => a.index - b.index),
      );
      for (const { group } of list) assert.equal(homes.get(group) ?? home, home);
      for (const { group } of list) homes.set(group, home);
    }
  });
});

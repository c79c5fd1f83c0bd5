import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createManualClock, createSeededRandom, nextTurn } from '@verifiedfan/test-utils';
import { createActivity } from '../src/activity.ts';
import type { Mapping } from '../src/mappings/mapping.ts';
import { isQuiet } from '../src/quiet.ts';

/** A chain of sources: what one mapping works off is handed to the next one, at moments that the seed decides. */
const createChain = (seed: number, { length = 4, work = 12 } = {}) => {
  const random = createSeededRandom({ seed });
  const pause = async (most = 4): Promise<void> => {
    for (let turns = Math.floor(random.next() * most); turns > 0; turns -= 1) await nextTurn();
  };
  const queues = Array.from({ length }, () => 0);
  const busy = Array.from({ length }, () => false);
  const activity = createActivity({ clock: createManualClock() });
  let moves = 0;
  const left = (): number => queues.reduce((sum, count) => sum + count, 0) + busy.filter(Boolean).length;

  const mappings = queues.map(
    (_, index): Mapping => ({
      worker: String(index),
      resource: String(index),
      busy: () => busy[index] === true,
      async waiting() {
        await pause();
        const isWaiting = (queues[index] ?? 0) > 0;
        await pause();
        return isWaiting;
      },
      paused: () => false,
      finished: Promise.resolve(),
    }),
  );
  const step = async (index: number): Promise<void> => {
    if ((queues[index] ?? 0) === 0 || busy[index]) return;
    busy[index] = true;
    moves += 1;
    queues[index] = (queues[index] ?? 0) - 1;
    // Sometimes longer than a whole question takes.
    await pause(40);
    if (index + 1 < length) queues[index + 1] = (queues[index + 1] ?? 0) + 1;
    await pause();
    busy[index] = false;
    moves += 1;
    activity.changed();
  };
  const run = async (): Promise<void> => {
    queues[0] = work;
    while (left() > 0) {
      const index = Math.floor(random.next() * length);
      void step(index);
      await pause();
      await nextTurn();
    }
  };
  // Asked in a seeded order: records overtake the question in every way there is.
  const asked = () => mappings.toSorted(() => random.next() - 0.5);
  return { run, left, activity, quiet: () => isQuiet(asked, () => moves) };
};
const FOREVER = { timeoutMs: Number.POSITIVE_INFINITY, signal: new AbortController().signal };

describe('isQuiet', () => {
  it('never says so while anything waits or is under way, however records overtake the question', async () => {
    for (let seed = 1; seed <= 60; seed += 1) {
      const { run, left, quiet } = createChain(seed);
      const running = run();
      let answers = 0;
      while (left() > 0) {
        const isOver = await quiet();
        if (isOver) assert.equal(left(), 0, `seed ${seed}`);
        answers += 1;
        await nextTurn();
      }
      await running;
      assert.ok(answers > 0);
      assert.equal(await quiet(), true);
    }
  });
});

describe('activity', () => {
  it('wakes whoever waits exactly when everything is done', async () => {
    for (let seed = 1; seed <= 40; seed += 1) {
      const { run, left, activity, quiet } = createChain(seed);
      const running = run();
      assert.equal(await activity.until(quiet, FOREVER), true);
      assert.equal(left(), 0, `seed ${seed}`);
      await running;
    }
  });

  it('does not miss a change that comes while the condition is being asked', async () => {
    const activity = createActivity({ clock: createManualClock() });
    let isTrue = false;
    const condition = async (): Promise<boolean> => {
      const answer = isTrue;
      await nextTurn();
      if (!isTrue) {
        isTrue = true;
        activity.changed();
      }
      await nextTurn();
      return answer;
    };
    assert.equal(await activity.until(condition, FOREVER), true);
  });

  it('answers false when the time is up, or the signal aborts, and leaves no timer', async () => {
    const clock = createManualClock();
    const activity = createActivity({ clock });
    const stop = new AbortController();
    const never = () => false;
    const timed = activity.until(never, { timeoutMs: 1_000, signal: stop.signal });
    await clock.advance(1_000);
    assert.equal(await timed, false);
    const stopped = activity.until(never, { timeoutMs: 1_000, signal: stop.signal });
    stop.abort();
    assert.equal(await stopped, false);
    assert.equal(await activity.until(never, { timeoutMs: 1_000, signal: stop.signal }), false);
    assert.equal(clock.sleeping(), 0);
  });

  it('looks again by itself where it is told to, and leaves no timer', async () => {
    const clock = createManualClock();
    const activity = createActivity({ clock, lookAgainMs: 500 });
    let looked = 0;
    const third = () => {
      looked += 1;
      return looked === 3;
    };
    const waiting = activity.until(third, FOREVER);
    await clock.waitForSleepers();
    assert.equal(looked, 1);
    await clock.advance(500);
    await clock.advance(500);
    assert.equal(await waiting, true);
    assert.equal(clock.sleeping(), 0);
  });

  it('passes an error of the condition on, and forgets who waited', async () => {
    const clock = createManualClock();
    const activity = createActivity({ clock });
    const failing = () => Promise.reject(new Error('locked'));
    await assert.rejects(activity.until(failing, { ...FOREVER, timeoutMs: 1_000 }), /locked/);
    assert.equal(clock.sleeping(), 0);
  });
});

import assert from 'node:assert/strict';
import type { Clock } from '@verifiedfan/ports';
import { settlesWithin } from './expect.ts';
import { type Case, createSuite } from './suite.ts';

/** A clock. `pass` lets time go by. */
export type ClockSubject = { clock: Clock; pass(durationMs: number): Promise<void> };

export const clockCases: readonly Case<ClockSubject>[] = [
  {
    name: 'tells the time in whole milliseconds since 1970, and it goes on',
    async run(open) {
      const { clock, pass } = await open();
      const before = clock.now();
      assert.ok(Number.isSafeInteger(before) && before > 1e12);
      await pass(20);
      assert.ok(clock.now() - before >= 19);
    },
  },
  {
    name: 'sleeps no shorter than asked, and wakes then',
    async run(open) {
      const { clock, pass } = await open();
      let awake = false;
      const sleeping = clock.sleep(200).then(() => {
        awake = true;
      });
      await pass(20);
      assert.equal(awake, false);
      await pass(250);
      await settlesWithin(sleeping, 'the time is over');
    },
  },
  {
    name: 'resolves a sleep of nothing in the next turn of the event loop, not in this one',
    async run(open) {
      const { clock } = await open();
      const order: string[] = [];
      const sleeping = [clock.sleep(0), clock.sleep(-5)].map((sleep) => sleep.then(() => order.push('slept')));
      for (let step = 0; step < 20; step += 1) await Promise.resolve();
      order.push('this turn');
      await settlesWithin(Promise.all(sleeping), 'there is nothing to sleep for');
      assert.deepEqual(order, ['this turn', 'slept', 'slept']);
    },
  },
  {
    name: 'ends a sleep early and without an error when it is aborted',
    async run(open) {
      const { clock } = await open();
      const stop = new AbortController();
      const sleeping = clock.sleep(60_000, stop.signal);
      stop.abort();
      await settlesWithin(sleeping, 'the sleep was aborted');
      await settlesWithin(clock.sleep(60_000, stop.signal), 'the sleep was aborted before it began');
    },
  },
];

/** Registers the cases of a clock. */
export const clockSuite = createSuite('clock', clockCases);

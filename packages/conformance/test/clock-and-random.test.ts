import { it } from 'node:test';
import type { Clock, Random } from '@verifiedfan/ports';
import { type ClockSubject, clockCases, randomCases, registerMutants } from '../src/index.ts';
import { openClock, openRandom } from './embedded-subjects.ts';

const inClock =
  (damage: (clock: Clock) => Partial<Clock>) =>
  ({ clock, pass }: ClockSubject): ClockSubject => ({ pass, clock: { ...clock, ...damage(clock) } });

registerMutants({
  title: 'clock',
  cases: clockCases,
  it,
  open: openClock,
  mutants: {
    'tells the time in whole milliseconds since 1970, and it goes on': {
      'tells seconds': inClock((clock) => ({ now: () => clock.now() / 1_000 })),
      'stands still': inClock((clock) => {
        const now = clock.now();
        return { now: () => now };
      }),
    },
    'sleeps no shorter than asked, and wakes then': {
      'does not sleep': inClock(() => ({ sleep: async () => {} })),
      'does not wake': inClock(() => ({ sleep: () => new Promise(() => {}) })),
    },
    'resolves a sleep of nothing in the next turn of the event loop, not in this one': {
      'resolves at once': inClock(() => ({ sleep: async () => {} })),
    },
    'ends a sleep early and without an error when it is aborted': {
      'does not look at the signal': inClock((clock) => ({ sleep: (durationMs) => clock.sleep(durationMs) })),
      throws: inClock((clock) => ({
        sleep: async (durationMs, signal) => {
          await clock.sleep(durationMs, signal);
          signal?.throwIfAborted();
        },
      })),
    },
  },
});

const inRandom =
  (damage: (random: Random) => Partial<Random>) =>
  ({ random }: { random: Random }) => ({ random: { ...random, ...damage(random) } });

registerMutants({
  title: 'random',
  cases: randomCases,
  it,
  open: openRandom,
  mutants: {
    'draws numbers from 0 up to 1, all over the range': {
      'draws up to 1 included': inRandom(() => ({ next: () => 1 })),
      'draws from the lower half': inRandom((random) => ({ next: () => random.next() / 2 })),
      'draws coarsely': inRandom((random) => ({ next: () => Math.floor(random.next() * 100) / 100 })),
    },
    'makes version 4 UUIDs in lower case that do not repeat': {
      'repeats itself': inRandom(() => ({ uuid: () => '00000000-0000-4000-8000-000000000000' })),
      'writes capitals': inRandom((random) => ({ uuid: () => random.uuid().toUpperCase() })),
    },
    'gives as many bytes as asked for, of every value': {
      'gives one more': inRandom((random) => ({ bytes: (count) => random.bytes(count + 1) })),
      'gives zeros': inRandom(() => ({ bytes: (count) => new Uint8Array(count) })),
    },
  },
});

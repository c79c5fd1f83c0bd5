import { it } from 'node:test';
import type { Checkpoints, Clock, Flags, Metrics, Random, Secrets } from '@verifiedfan/ports';
import { PortError } from '@verifiedfan/ports';
import {
  checkpointsCases,
  clockCases,
  type FlagsSubject,
  flagsCases,
  metricsCases,
  randomCases,
  registerMutants,
  secretsCases,
} from '../src/index.ts';
import { openCheckpoints, openClock, openMetrics, openRandom } from './embedded-subjects.ts';

const inCheckpoints =
  (damage: (checkpoints: Checkpoints) => Partial<Checkpoints>) =>
  ({ checkpoints }: { checkpoints: Checkpoints }) => ({ checkpoints: { ...checkpoints, ...damage(checkpoints) } });

registerMutants({
  title: 'checkpoints',
  cases: checkpointsCases,
  it,
  open: openCheckpoints,
  mutants: {
    'hands back the last value that was set': {
      'keeps the first value': inCheckpoints((all) => ({
        set: async (key, value) => ((await all.get(key)) === undefined ? all.set(key, value) : undefined),
      })),
      'takes empty for nothing': inCheckpoints((all) => ({ get: async (key) => (await all.get(key)) || undefined })),
    },
    'forgets what is deleted, and takes the deletion of something unknown': {
      'does not delete': inCheckpoints(() => ({ delete: async () => {} })),
    },
    'lists what begins with a prefix, taken letter by letter': {
      'takes a prefix for a pattern': inCheckpoints((all) => ({
        list: async (prefix) => {
          const pattern = new RegExp(`^${prefix.replaceAll('_', '.').replaceAll('%', '.*')}`, 'i');
          return (await all.list('')).filter(({ key }) => pattern.test(key));
        },
      })),
      'ends at the highest character': inCheckpoints((all) => ({
        list: async (prefix) =>
          (await all.list(prefix)).filter(({ key }) => key < `${prefix}\uFFFF` && !key.includes('\u{10FFFF}')),
      })),
    },
  },
});

const inMetrics =
  (damage: (metrics: Metrics) => Partial<Metrics>) =>
  ({ metrics }: { metrics: Metrics }) => ({ metrics: { ...metrics, ...damage(metrics) } });

registerMutants({
  title: 'metrics',
  cases: metricsCases,
  it,
  open: openMetrics,
  mutants: {
    'adds counts up, one when no number is given': {
      'counts calls': inMetrics((metrics) => ({ count: (name) => metrics.count(name, 1) })),
      'counts nothing without a number': inMetrics((metrics) => ({
        count: (name, value = 0) => metrics.count(name, value),
      })),
    },
    'keeps the last level of a gauge': { 'adds levels up': inMetrics((metrics) => ({ gauge: metrics.timing })) },
    'sums timings and counts them': { 'keeps the last one': inMetrics((metrics) => ({ timing: metrics.gauge })) },
    'keeps labels apart, whatever their order': {
      'drops labels': inMetrics((metrics) => ({ count: (name, value) => metrics.count(name, value) })),
      'minds the order of labels': inMetrics((metrics) => ({
        count: (name, value, labels = {}) =>
          metrics.count(name, value, { ...labels, first: Object.keys(labels)[0] ?? '' }),
      })),
    },
    'answers samples by name and labels': {
      'answers them as they came': inMetrics((metrics) => ({ snapshot: () => metrics.snapshot().reverse() })),
    },
    'never throws, and flushes': {
      'throws for what is no count': inMetrics((metrics) => ({
        count: (name, value = 1) => {
          if (!(value >= 0)) throw new RangeError('no count');
          metrics.count(name, value);
        },
      })),
      'cannot flush': inMetrics(() => ({ flush: () => Promise.reject(new Error('unreachable')) })),
    },
  },
});

/** Flags in memory, without any flaw. */
const openFlags = async (): Promise<FlagsSubject> => {
  const stored = new Map([
    ['on', true],
    ['off', false],
  ]);
  const listeners = new Set<(flags: readonly string[]) => void>();
  return {
    flags: {
      isEnabled: (flag, fallback) => stored.get(flag) ?? fallback,
      onChange(listener) {
        listeners.add(listener);
        return () => void listeners.delete(listener);
      },
    },
    async change(flag, enabled) {
      stored.set(flag, enabled);
      for (const listener of listeners) listener([flag]);
    },
  };
};
const inFlags =
  (damage: (flags: Flags) => Partial<Flags>) =>
  ({ flags, change }: FlagsSubject): FlagsSubject => ({ change, flags: { ...flags, ...damage(flags) } });

registerMutants({
  title: 'flags',
  cases: flagsCases,
  it,
  open: openFlags,
  mutants: {
    'answers what is set, and the fallback for what is unknown': {
      'always answers the fallback': inFlags(() => ({ isEnabled: (_flag, fallback) => fallback })),
      'switches the unknown off': inFlags((flags) => ({ isEnabled: (flag) => flags.isEnabled(flag, false) })),
    },
    'follows a change and names the flags that changed': {
      'tells nobody': inFlags(() => ({ onChange: () => () => {} })),
      'tells of all flags': inFlags((flags) => ({
        onChange: (listener) => flags.onChange(() => listener(['off', 'on'])),
      })),
    },
    'tells a listener nothing after it has stopped, and the others everything': {
      'cannot stop': inFlags((flags) => ({
        onChange(listener) {
          flags.onChange(listener);
          return () => {};
        },
      })),
    },
  },
});

const openSecrets = async (): Promise<{ secrets: Secrets }> => ({
  secrets: {
    async get(name) {
      if (name === 'known') return 's3cret-✓';
      throw new PortError({ code: 'not_found', message: 'there is no such secret' });
    },
  },
});

registerMutants({
  title: 'secrets',
  cases: secretsCases,
  it,
  open: openSecrets,
  mutants: {
    'hands back a value, the same each time': {
      'makes a new one each time': () => {
        let made = 0;
        return {
          secrets: {
            async get() {
              made += 1;
              return `secret ${made}`;
            },
          },
        };
      },
    },
    'answers not_found for a name that does not exist': {
      'answers an empty text': () => ({ secrets: { get: async () => '' } }),
      'looks into prototypes': ({ secrets }) => ({
        secrets: { get: async (name) => (name === 'constructor' ? 'inherited' : secrets.get(name)) },
      }),
    },
  },
});

type ClockSubject = { clock: Clock; pass(durationMs: number): Promise<void> };
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

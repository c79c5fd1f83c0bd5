import { it } from 'node:test';
import { type Flags, PortError, type Secrets } from '@verifiedfan/ports';
import { type FlagsSubject, flagsCases, registerMutants, secretsCases } from '../src/index.ts';

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

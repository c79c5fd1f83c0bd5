import { type KeySet, loadKeySet } from '@verifiedfan/jwt';
import type { Clock } from '@verifiedfan/ports';
import type { KeptSecrets } from './kept-secrets.ts';

const TOKEN_KEYS = 'tokenKeys';
/** How often the secret is looked at, in milliseconds. What keeps it has a time of its own, which is longer. */
const LOOK_MS = 10_000;
/**
 * How often at most it is asked for because of a key that is not known, in milliseconds: whoever sends tokens of made-up keys must not be able to
 * have Secrets Manager asked for each.
 */
const REFRESH_MS = 30_000;

export type TokenKeys = {
  /** As they were read last. */
  current(): KeySet;
  /** Whether it is time to look whether they were changed. */
  isDue(): boolean;
  /** Looks whether they were changed. Never rejects: while they cannot be read, or make no sense, those at hand go on. */
  look(): Promise<void>;
  /** Asks for them now, for somebody who has met an unknown key; at most twice a minute, else it resolves at once. Never rejects. */
  refresh(): Promise<void>;
};

/** The keys of tokens, which may be changed while this process runs. Throws what the first reading does. */
export const followTokenKeys = async ({
  secrets,
  clock,
}: {
  secrets: KeptSecrets;
  clock: Clock;
}): Promise<TokenKeys> => {
  let document = await secrets.get(TOKEN_KEYS);
  let keys = loadKeySet(document);
  let lookedAtMs = clock.now();
  let refreshedAtMs = Number.NEGATIVE_INFINITY;
  let reading: Promise<void> | undefined;

  const read = async (options: Parameters<KeptSecrets['get']>[1]): Promise<void> => {
    try {
      const next = await secrets.get(TOKEN_KEYS, options);
      if (next !== document) {
        keys = loadKeySet(next);
        document = next;
      }
    } catch {
      // A process that starts now says what is wrong; this one goes on with what was right.
    }
    lookedAtMs = clock.now();
  };
  const begin = (options: Parameters<KeptSecrets['get']>[1]): Promise<void> => {
    const begun = (reading ?? Promise.resolve())
      .then(() => read(options))
      .finally(() => {
        if (reading === begun) reading = undefined;
      });
    reading = begun;
    return begun;
  };

  return {
    current: () => keys,
    isDue: () => clock.now() - lookedAtMs >= LOOK_MS,
    look: () => reading ?? begin({}),
    async refresh() {
      const nowMs = clock.now();
      if (nowMs - refreshedAtMs < REFRESH_MS) return reading;
      refreshedAtMs = nowMs;
      return begin({ maxAgeMs: 0 });
    },
  };
};

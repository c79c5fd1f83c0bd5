import { decodeEntry, type Entry, encodeEntry } from './entry.ts';
import { createGuard, type Guard } from './guard.ts';
import type { Settings } from './options.ts';
import { createPins } from './pins.ts';

/** A thing that was written here: `found` is what it is now; without it `version` is the one that was removed. */
type Written<Value> = { version: number; found: { value: Value } | undefined };

const MAX_PINS = 10_000;
// In the cache versions are one higher, so that "there is nothing" (1) is older than the first version of a thing (2).
const ABSENT_VERSION = 1;
const stored = (version: number): number => version + 1;

/**
 * The cache and its replica as one store that forgets, fails quietly, and never gives back anything older than what was written here. Values
 * that are written here are not read from the replica: it cannot know of a write that another process has just made.
 */
export const createStore = <Value>(settings: Settings<Value>) => {
  const { clock, random, replica, versionOf, log, name } = settings;
  const pins = createPins({ clock, maxPins: MAX_PINS });
  const guardOf = (cache: Settings<Value>['cache'], which: string): Guard =>
    createGuard({
      cache,
      clock,
      timeoutMs: settings.cacheTimeoutMs,
      failures: settings.cacheFailures,
      restMs: settings.restMs,
      onTrouble: (error) => log?.debug('the cache failed', { name, which, error }),
    });
  const primary = guardOf(settings.cache, 'primary');
  const copy = versionOf === undefined && replica !== undefined ? guardOf(replica, 'replica') : undefined;

  const versionFor = (found: { value: Value } | undefined): number | undefined => {
    if (versionOf === undefined) return undefined;
    return found === undefined ? ABSENT_VERSION : stored(versionOf(found.value));
  };

  const put = async (key: string, found: { value: Value } | undefined): Promise<boolean> => {
    const lifeMs = found === undefined ? settings.absentTtlMs : settings.ttlMs;
    const freshMs = Math.max(1, Math.floor(lifeMs * (1 - settings.jitter * random.next())));
    const staleMs = found === undefined ? 0 : settings.staleMs;
    const version = versionFor(found);
    const options = { ttlMs: freshMs + staleMs, ...(version !== undefined && { version }) };
    return primary.set(key, encodeEntry(clock.now() + freshMs, found), options);
  };

  return {
    /** `leastVersion` is what the reader knows to exist. */
    async get(key: string, leastVersion: number): Promise<Entry<Value> | undefined> {
      if (pins.distrusts()) return undefined;
      const copied = copy === undefined ? undefined : decodeEntry<Value>(await copy.get(key));
      // What the copy lacks, or holds past its time, the primary may have.
      if (copied !== undefined && copied.freshUntilMs > clock.now()) return copied;
      const entry = decodeEntry<Value>(await primary.get(key)) ?? copied;
      const least = Math.max(pins.least(key), leastVersion === 0 ? 0 : stored(leastVersion));
      return entry !== undefined && entry.version >= least ? entry : undefined;
    },
    /** Keeps what was loaded, unless something newer was written meanwhile. */
    async keep(key: string, found: { value: Value } | undefined): Promise<void> {
      if (found === undefined && settings.absentTtlMs === 0) return;
      if ((versionFor(found) ?? Number.POSITIVE_INFINITY) < pins.least(key)) return;
      await put(key, found);
    },
    async written(key: string, { version, found }: Written<Value>): Promise<void> {
      // The removal of a version is newer than that version, or it could come back.
      const written = stored(found === undefined ? version + 1 : version);
      // Before the cache is told, so that nobody here reads the old value meanwhile; if it cannot be told, until the old value has expired.
      pins.pin(key, written, settings.ttlMs + settings.staleMs);
      const told = found === undefined ? await primary.delete(key, { version: written }) : await put(key, found);
      if (told) pins.release(key, written);
    },
  };
};
export type Store<Value> = ReturnType<typeof createStore<Value>>;

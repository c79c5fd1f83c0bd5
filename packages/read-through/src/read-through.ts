import type { Entry } from './entry.ts';
import { createFlights } from './flights.ts';
import { createGate } from './gate.ts';
import { createKeys, type Parameters } from './key.ts';
import { type ReadThroughOptions, readOptions } from './options.ts';
import { createStore } from './store.ts';

/** Fetches one thing from its source; undefined when the source says that there is none. The signal aborts when nobody waits any more. */
export type Load<Value> = (signal: AbortSignal) => Promise<Value | undefined>;

export type Read<Value> = {
  /** What is read. Equal parameters are one entry, whatever the order of their names. */
  parameters: Parameters;
  load: Load<Value>;
  /** The version that the reader knows to exist, so that it gets no older one. Values with `versionOf` only. */
  leastVersion?: number | undefined;
  signal?: AbortSignal | undefined;
};

/** `value` as it is now, with its `version`; without one, that the version was removed. */
export type Change<Value> = { parameters: Parameters; version: number; value?: Value | undefined };

export type ReadThrough<Value> = {
  /**
   * The value from the cache, or from its source. It is shared by all who read it: do not change it. Throws `ReadThroughError` and
   * whatever `load` throws; no error is ever stored.
   */
  read(read: Read<Value>): Promise<Value | undefined>;
  /**
   * Tells what was written to the source: with `value` that it is now this, without that it is gone. For values with `versionOf`, else it
   * rejects with `TypeError`; for nothing besides.
   */
  changed(change: Change<Value>): Promise<void>;
  /** Resolves when no value is being renewed in the background. */
  settled(): Promise<void>;
};

/** Failures that are remembered at most; the oldest are forgotten first. */
const MAX_RESTING = 1_000;

/** Reads things through a cache. Throws `MapUtilsError` for a wrong option. */
export const createReadThrough = <Value>(options: ReadThroughOptions<Value>): ReadThrough<Value> => {
  const settings = readOptions(options);
  const { clock, log, name } = settings;
  const keyOf = createKeys({ name, format: settings.format, maxBytes: settings.maxParametersBytes });
  const store = createStore(settings);
  const gate = createGate({ maxRunning: settings.maxLoads, maxWaiting: settings.maxWaiting });
  const flights = createFlights<Value | undefined>();
  const renewals = new Map<string, Promise<void>>();
  const resting = new Map<string, number>();

  const loadAndKeep = async (key: string, load: Load<Value>, signal: AbortSignal): Promise<Value | undefined> => {
    const value = await gate.run(() => load(signal), signal);
    await store.keep(key, value === undefined ? undefined : { value });
    return value;
  };

  /** Fetches a newer value behind the back of those who got the old one; not again at once when that fails. */
  const renew = (key: string, load: Load<Value>): void => {
    if (renewals.has(key) || clock.now() < (resting.get(key) ?? 0)) return;
    const renewal = loadAndKeep(key, load, new AbortController().signal).then(
      () => void resting.delete(key),
      (error: unknown) => {
        const [oldest] = resting.keys();
        if (resting.size >= MAX_RESTING && oldest !== undefined) resting.delete(oldest);
        resting.set(key, clock.now() + settings.restMs);
        log?.debug('a stale value was not renewed', { name, error });
      },
    );
    renewals.set(
      key,
      renewal.finally(() => renewals.delete(key)),
    );
  };

  const resolve = async (key: string, { load, leastVersion = 0 }: Read<Value>, signal: AbortSignal) => {
    const entry: Entry<Value> | undefined = await store.get(key, leastVersion);
    if (entry === undefined) return loadAndKeep(key, load, signal);
    if (entry.freshUntilMs <= clock.now()) renew(key, load);
    return entry.found?.value;
  };

  return {
    async read(read) {
      const key = keyOf(read.parameters);
      // Who knows of a version does not wait with those who may be content with an older one.
      const lane = `${key}:${read.leastVersion ?? 0}`;
      return flights.join(lane, (signal) => resolve(key, read, signal), read.signal);
    },
    async changed({ parameters, version, value }) {
      if (settings.versionOf === undefined) throw new TypeError(`${name}: what is written here needs versionOf`);
      const key = keyOf(parameters);
      flights.forget(key);
      await store.written(key, { version, found: value === undefined ? undefined : { value } });
      // Readers that came while the cache was being told may have begun with the old value.
      flights.forget(key);
    },
    async settled() {
      while (renewals.size > 0) await Promise.all(renewals.values());
    },
  };
};

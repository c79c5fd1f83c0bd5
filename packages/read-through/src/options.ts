import {
  callable,
  checkOptions,
  type OptionRule,
  optional,
  positiveInteger,
  wholeNumber,
} from '@verifiedfan/map-utils';
import type { Cache, Clock, Random } from '@verifiedfan/ports';

export type ReadThroughLog = { debug(message: string, data?: Record<string, unknown>): void };

export type ReadThroughOptions<Value> = {
  /** In front of every key and in logs, such as `discovery.artists`: 1 to 64 of `a-z A-Z 0-9 . -`. */
  name: string;
  /** Raise it when the form of the values changes: entries of another format are not seen. 1 or more. */
  format: number;
  cache: Cache;
  /** A copy of the cache that may lag behind; reads of values without `versionOf` prefer it. */
  replica?: Cache | undefined;
  clock: Clock;
  random: Pick<Random, 'next'>;
  /** How long a value is fresh, in milliseconds. */
  ttlMs: number;
  /** How long it is served after that while a newer one is fetched, in milliseconds. @default 0 */
  staleMs?: number | undefined;
  /** How long it is remembered that there is nothing, in milliseconds; 0 remembers nothing. @default 10_000 */
  absentTtlMs?: number | undefined;
  /** Share of a life by which it is shortened at random, so that what was stored together does not end together. 0 to 1. @default 0.1 */
  jitter?: number | undefined;
  /**
   * For values that are written here too: the version of one, whole and 1 or more. An older one never replaces a newer one, and all are read
   * from the cache itself, never from the replica.
   */
  versionOf?: ((value: Value) => number) | undefined;
  /** Loads at once. @default 16 */
  maxLoads?: number | undefined;
  /** Loads that wait for their turn; later ones are `overloaded`. @default 1_000 */
  maxWaiting?: number | undefined;
  /** Longest parameters, in bytes of JSON. @default 1_024 */
  maxParametersBytes?: number | undefined;
  /** Longest wait for one call of the cache, in milliseconds. @default 250 */
  cacheTimeoutMs?: number | undefined;
  /** Failures of the cache in a row after which it is left alone. @default 5 */
  cacheFailures?: number | undefined;
  /** For how long the cache, or a source that failed to renew a stale value, is left alone, in milliseconds. @default 5_000 */
  restMs?: number | undefined;
  log?: ReadThroughLog | undefined;
};

const object: OptionRule = { expects: 'an object', accepts: (value) => typeof value === 'object' && value !== null };
const name: OptionRule = {
  expects: '1 to 64 letters, digits, dots and hyphens',
  accepts: (value) => typeof value === 'string' && /^[A-Za-z0-9.-]{1,64}$/.test(value),
};
const share: OptionRule = {
  expects: 'a number from 0 to 1',
  accepts: (value) => typeof value === 'number' && value >= 0 && value <= 1,
};

const RULES: { readonly [Name in keyof ReadThroughOptions<unknown>]-?: OptionRule } = {
  name,
  format: positiveInteger,
  cache: object,
  replica: optional(object),
  clock: object,
  random: object,
  ttlMs: positiveInteger,
  staleMs: optional(wholeNumber),
  absentTtlMs: optional(wholeNumber),
  jitter: optional(share),
  versionOf: optional(callable),
  maxLoads: optional(positiveInteger),
  maxWaiting: optional(wholeNumber),
  maxParametersBytes: optional(positiveInteger),
  cacheTimeoutMs: optional(positiveInteger),
  cacheFailures: optional(positiveInteger),
  restMs: optional(wholeNumber),
  log: optional(object),
};

/** Options with their defaults. Throws `MapUtilsError` with `invalid_options`. */
export const readOptions = <Value>(options: ReadThroughOptions<Value>) => {
  checkOptions<ReadThroughOptions<Value>>('createReadThrough', options, RULES);
  return {
    ...options,
    staleMs: options.staleMs ?? 0,
    absentTtlMs: options.absentTtlMs ?? 10_000,
    jitter: options.jitter ?? 0.1,
    maxLoads: options.maxLoads ?? 16,
    maxWaiting: options.maxWaiting ?? 1_000,
    maxParametersBytes: options.maxParametersBytes ?? 1_024,
    cacheTimeoutMs: options.cacheTimeoutMs ?? 250,
    cacheFailures: options.cacheFailures ?? 5,
    restMs: options.restMs ?? 5_000,
  };
};
export type Settings<Value> = ReturnType<typeof readOptions<Value>>;

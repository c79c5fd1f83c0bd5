import type { JsonObject, JsonValue } from '@verifiedfan/ports';

/** One event source mapping while it runs: the local counterpart of AWS's pollers. */
export type Mapping = {
  worker: string;
  resource: string;
  /** Whether nothing is under way and nothing waits at the source. Cheap enough to ask after every batch. */
  idle(): Promise<boolean>;
  /** Resolves when the last batch has ended after the stop signal. */
  finished: Promise<void>;
};

/** What a mapping tells the estate while it works. */
export type MappingEvents = {
  /** One invocation ended; counters are what the worker answered. */
  invoked(worker: string, counters: JsonValue): void;
  /** One invocation threw, or reported records to be retried. */
  failed(worker: string, error: Error): void;
  /** A source made progress: somebody may have become idle. */
  progressed(): void;
};

/** Adds nested counters: numbers add up, objects add up member by member, anything else is ignored. */
export const addCounters = (total: JsonObject, counters: JsonValue): JsonObject => {
  if (typeof counters !== 'object' || counters === null || Array.isArray(counters)) return total;
  for (const [name, value] of Object.entries(counters)) {
    const before = total[name];
    if (typeof value === 'number') total[name] = (typeof before === 'number' ? before : 0) + value;
    else if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      total[name] = addCounters((before as JsonObject | undefined) ?? {}, value);
    }
  }
  return total;
};

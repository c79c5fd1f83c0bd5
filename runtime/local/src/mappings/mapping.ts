import type { JsonObject, JsonValue } from '@verifiedfan/ports';

/** One event source mapping while it runs: the local counterpart of AWS's pollers. */
export type Mapping = {
  worker: string;
  resource: string;
  /** Whether it is working right now. */
  busy(): boolean;
  /** Whether something waits at the source, be it hidden or delayed. */
  waiting(): Promise<boolean>;
  /** Whether the worker's flag holds it: then what waits is left alone. */
  paused(): boolean;
  /** Resolves when the last batch has ended after the stop signal. Never rejects: a mapping that fails tries again. */
  finished: Promise<void>;
};

/** What a mapping tells the estate while it works. */
export type MappingEvents = {
  /** Work begins, before anything of it can have an effect. Every `began` is followed by a `progressed`. */
  began(): void;
  /** One invocation ended; counters are what the worker answered. */
  invoked(worker: string, counters: JsonValue): void;
  /** One invocation threw, or reported records to be retried; or the mapping itself could not go on and tries again. */
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

import { compareSequences, type RecordStream } from '@verifiedfan/ports';
import type { Activity } from './activity.ts';
import type { Mapping } from './mappings/mapping.ts';

export type PressureOptions = {
  stream: RecordStream;
  /** The mappings that read the stream, as they are now. */
  consumers: () => readonly Mapping[];
  activity: Activity;
  signal: AbortSignal;
  /** Records that a writer may be ahead of the slowest consumer. @default 8_000, which the stream's memory holds */
  maxAhead?: number;
  /** Longest wait of one put, in milliseconds: a consumer that stands still slows writers down and never stops them. @default 2_000 */
  patienceMs?: number;
};

/** The last record that one put left in one shard, and how many it left there. */
type Mark = { shard: string; sequence: string; count: number };

/**
 * A stream whose writers wait for its consumers: near the end of a stream, consumers share the objects that were written, while those that
 * fall far behind read and parse each record anew from disk. Only for writers that the stream itself does not feed: these would wait
 * for themselves.
 */
export const withPressure = (options: PressureOptions): RecordStream => {
  const { stream, consumers, activity, signal, maxAhead = 8_000, patienceMs = 2_000 } = options;
  let marks: Mark[] = [];
  const isAhead = (): boolean => {
    marks = marks.filter((mark) => consumers().some((consumer) => !consumer.paused() && isBehind(consumer, mark)));
    return marks.reduce((sum, { count }) => sum + count, 0) > maxAhead;
  };
  return {
    ...stream,
    async putMany(entries) {
      if (isAhead()) await activity.until(() => !isAhead(), { timeoutMs: patienceMs, signal });
      const results = await stream.putMany(entries);
      const latest = new Map<string, Mark>();
      for (const result of results) {
        if ('error' in result) continue;
        const { shard, sequence } = result;
        latest.set(shard, { shard, sequence, count: (latest.get(shard)?.count ?? 0) + 1 });
      }
      marks.push(...latest.values());
      return results;
    },
  };
};

const isBehind = (consumer: Mapping, { shard, sequence }: Mark): boolean => {
  const position = consumer.position(shard);
  return position === undefined || compareSequences(position, sequence) < 0;
};

import type { Clock } from '@verifiedfan/ports';

export type PaceOptions = { callsPerSecond: number; bytesPerSecond: number; clock: Clock };

/** Keeps the reads of each shard within what Kinesis allows, so that they are late rather than refused. */
export type Pace = {
  /** Resolves when a call may go out, or when the signal aborts. */
  turn(shard: string, signal?: AbortSignal | undefined): Promise<void>;
  /** Notes what a call brought; the next has to wait when it was much. */
  spent(shard: string, bytes: number): void;
};

const SECOND_MS = 1_000;

type Shard = { calls: number[]; openAtMs: number };

/**
 * 5 calls and 2 MB a second for each shard, all readers together; behind a page of 10 MB the next calls are refused for five seconds:
 * https://docs.aws.amazon.com/kinesis/latest/APIReference/API_GetRecords.html. Other processes that read the shard are not seen here.
 */
export const createPace = ({ callsPerSecond, bytesPerSecond, clock }: PaceOptions): Pace => {
  const shards = new Map<string, Shard>();
  const find = (id: string): Shard => {
    const known = shards.get(id) ?? { calls: [], openAtMs: 0 };
    shards.set(id, known);
    return known;
  };
  /** How long until a call may go out; 0 takes the place of one. */
  const delayOf = (shard: Shard): number => {
    const nowMs = clock.now();
    shard.calls = shard.calls.filter((atMs) => atMs > nowMs - SECOND_MS);
    const [oldest = nowMs] = shard.calls;
    const forCalls = shard.calls.length < callsPerSecond ? 0 : oldest + SECOND_MS - nowMs;
    const delayMs = Math.max(forCalls, shard.openAtMs - nowMs, 0);
    if (delayMs === 0) shard.calls.push(nowMs);
    return delayMs;
  };
  return {
    async turn(id, signal) {
      const shard = find(id);
      for (let delayMs = delayOf(shard); delayMs > 0 && !signal?.aborted; delayMs = delayOf(shard)) {
        await clock.sleep(delayMs, signal);
      }
    },
    spent(id, bytes) {
      const shard = find(id);
      // A second's worth may be taken at once; what is over it has to be waited for.
      const fromMs = Math.max(shard.openAtMs, clock.now() - SECOND_MS);
      shard.openAtMs = fromMs + (bytes / bytesPerSecond) * SECOND_MS;
    },
  };
};

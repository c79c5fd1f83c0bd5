import type { Consumer } from '@platformatic/kafka';
import type { Clock } from '@verifiedfan/ports';
import { LONG_POLL_MS } from './cluster.ts';
import { fetchFrom } from './fetching.ts';
import { endOf, recordsFrom } from './records.ts';

export type WaiterOptions = { topic: string; partition: number; open: () => Consumer; clock: Clock };

type Waiting = { start: bigint; wake: () => void };

/** A broker that is gone is asked again after this time. */
const RETRY_MS = 1_000;
/** Enough to see that there is something. */
const MAX_BYTES = 1;
const MAX_OFFSET = 2n ** 63n - 1n;

/**
 * Waits for messages of one partition, for any number of consumers with one request that the broker keeps until something arrives. The
 * connection is its own, as the broker answers nothing else on it meanwhile.
 */
export const createPartitionWaiter = ({ topic, partition, open, clock }: WaiterOptions) => {
  const waiting = new Set<Waiting>();
  const ending = new AbortController();
  let consumer: Consumer | undefined;
  let running = false;

  /** Wakes everybody whose message has come; the others go on behind what was seen, which can be marks of transactions. */
  const look = async (used: Consumer): Promise<void> => {
    const from = [...waiting].reduce((least, { start }) => (start < least ? start : least), MAX_OFFSET);
    const limits = { maxWaitMs: LONG_POLL_MS, maxBytes: MAX_BYTES };
    const { start, answer } = await fetchFrom(used, { topic, partition, start: from }, limits);
    const newest = [...recordsFrom(answer, { shard: String(partition), start })].at(-1)?.offset ?? -1n;
    const end = endOf(answer) ?? start;
    for (const one of [...waiting]) {
      if (one.start <= newest) one.wake();
      // Whoever came meanwhile may wait for something in front of this answer.
      else if (one.start >= from && one.start < end) one.start = end;
    }
  };

  const work = async (): Promise<void> => {
    while (waiting.size > 0 && !ending.signal.aborted) {
      try {
        consumer ??= open();
        await look(consumer);
      } catch {
        // Consumers that go on to read learn what is wrong; here a broker that comes back has only to be found.
        await clock.sleep(RETRY_MS, ending.signal);
      }
    }
    running = false;
  };

  return {
    /** Resolves when there is a message at `start` or behind it, when `signal` aborts, or when the topic is closed. */
    wait({ start, signal }: { start: bigint; signal: AbortSignal }): Promise<void> {
      if (signal.aborted || ending.signal.aborted) return Promise.resolve();
      return new Promise((resolve) => {
        const one: Waiting = {
          start,
          wake: () => {
            waiting.delete(one);
            signal.removeEventListener('abort', one.wake);
            resolve();
          },
        };
        signal.addEventListener('abort', one.wake);
        waiting.add(one);
        if (running) return;
        running = true;
        void work();
      });
    },
    async close(): Promise<void> {
      ending.abort();
      for (const one of [...waiting]) one.wake();
      await consumer?.close(true);
    },
  };
};

export type PartitionWaiter = ReturnType<typeof createPartitionWaiter>;

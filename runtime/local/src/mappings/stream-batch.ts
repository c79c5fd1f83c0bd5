import { hash } from 'node:crypto';
import type { Clock } from '@verifiedfan/ports';
import { type Rejection, toError } from '@verifiedfan/worker';
import type { BackOff } from './back-off.ts';

/** The settings of a stream mapping that decide about failures; AWS's meaning, see `docs/operations.md`. */
export type FailurePolicy = { batchSize: number; bisectOnError: boolean; maxRetries: number; maxAgeSeconds: number };

/** What one invocation came to. `failedFrom` is the index of the first record to be repeated; without it all are done. */
export type BatchResult = { failedFrom?: number; error?: Error };

export type StreamBatchOptions<Entry> = {
  /** Resolves when the worker may be invoked, or the signal aborts: a worker that is switched off takes nothing more, retries included. */
  ready(): Promise<void>;
  /** Invokes the worker with consecutive records of a shard. */
  invoke(records: readonly Entry[]): Promise<BatchResult>;
  policy: FailurePolicy;
  clock: Clock;
  backOff: BackOff;
  signal: AbortSignal;
  arrivedAtMs(record: Entry): number;
  rejectionOf(record: Entry, reason: string): Rejection;
  /** Stores records that were given up, before the shard moves on. */
  giveUp(rejections: Rejection[]): Promise<void>;
  onFailure(error: Error): void;
};

/**
 * Works through consecutive records until each is done or given up, the way an AWS event source mapping does: a partial failure repeats
 * from the failed record on; a failure of the whole batch splits it; splitting uses no attempt up; what fails too often or too long goes
 * to the dead letters. Returns how many records are finished, which is fewer than all only when the signal aborted. Throws when records
 * that were given up could not be stored.
 */
export const workOff = async <Entry>(
  records: readonly Entry[],
  options: StreamBatchOptions<Entry>,
): Promise<number> => {
  const { policy, backOff, signal } = options;
  const fullEnd = (from: number): number => Math.min(from + policy.batchSize, records.length);
  let start = 0;
  let end = fullEnd(start);
  let attempts = 0;
  const moveTo = (next: number): void => {
    start = next;
    end = fullEnd(next);
    attempts = 0;
  };
  while (start < records.length) {
    await options.ready();
    if (signal.aborted) break;
    const { failedFrom, error = new Error('records to be retried') } = await invokeSafely(
      options,
      records.slice(start, end),
    );
    if (failedFrom === undefined) {
      moveTo(end);
      continue;
    }
    // A failure that a stop brought about counts for nothing: the records are repeated at the next start.
    if (signal.aborted) return start + failedFrom;
    options.onFailure(error);
    if (failedFrom > 0) {
      start += failedFrom;
      attempts = 0;
    } else if (policy.bisectOnError && end - start > 1) {
      end = start + Math.ceil((end - start) / 2);
      continue;
    }
    attempts += 1;
    if (isGivenUp(records[start], attempts, options)) {
      const next = policy.bisectOnError ? start + 1 : end;
      const reason = `given up after ${attempts} attempts: ${describe(error)}`;
      await options.giveUp(records.slice(start, next).map((record) => options.rejectionOf(record, reason)));
      moveTo(next);
    } else await backOff(attempts, signal);
  }
  return start;
};

const invokeSafely = async <Entry>(
  { invoke }: StreamBatchOptions<Entry>,
  batch: readonly Entry[],
): Promise<BatchResult> => {
  try {
    return await invoke(batch);
  } catch (thrown) {
    return { failedFrom: 0, error: toError(thrown) };
  }
};

const isGivenUp = <Entry>(
  record: Entry | undefined,
  attempts: number,
  { policy, clock, arrivedAtMs }: StreamBatchOptions<Entry>,
): boolean => {
  if (policy.maxRetries >= 0 && attempts > policy.maxRetries) return true;
  return (
    policy.maxAgeSeconds >= 0 &&
    record !== undefined &&
    clock.now() - arrivedAtMs(record) > policy.maxAgeSeconds * 1_000
  );
};

/** A code or a name; never a message, which may hold a value. */
const describe = (error: Error): string =>
  'code' in error && typeof error.code === 'string' ? `${error.name} ${error.code}` : error.name;

/** Splits records into at most `ways` lists; the records of one group stay together and in order. */
export const partitionByGroup = <Entry>(
  records: readonly Entry[],
  ways: number,
  groupOf: (record: Entry) => string,
): Entry[][] => {
  if (ways === 1) return records.length === 0 ? [] : [[...records]];
  const lists: Entry[][] = Array.from({ length: ways }, () => []);
  for (const record of records) {
    const way = Number.parseInt(hash('md5', groupOf(record)).slice(0, 8), 16) % ways;
    lists[way]?.push(record);
  }
  return lists.filter((list) => list.length > 0);
};

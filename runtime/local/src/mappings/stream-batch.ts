import { createHash } from 'node:crypto';
import type { Clock } from '@verifiedfan/ports';
import { type Rejection, toError } from '@verifiedfan/worker';
import type { BackOff } from './back-off.ts';

/** The settings of a stream mapping that decide about failures; AWS's meaning, see `docs/operations.md`. */
export type FailurePolicy = { bisectOnError: boolean; maxRetries: number; maxAgeSeconds: number };

/** One invocation of a worker with consecutive records of a shard. `failedFrom` is the index of the first record to be repeated. */
export type InvokeBatch<Entry> = (records: readonly Entry[]) => Promise<{ failedFrom?: number; error?: Error }>;

export type StreamBatchOptions<Entry> = {
  invoke: InvokeBatch<Entry>;
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
 * from the failed record on; a throw splits the batch; splitting uses no attempt up; what fails too often or too long goes to the dead
 * letters. Returns how many records are finished, which is fewer than all only when the signal aborted.
 */
export const workOff = async <Entry>(
  records: readonly Entry[],
  options: StreamBatchOptions<Entry>,
): Promise<number> => {
  const { policy, backOff, signal } = options;
  let start = 0;
  let end = records.length;
  let attempts = 0;
  while (start < records.length) {
    if (signal.aborted) return start;
    const batch = records.slice(start, end);
    const { failedFrom, error } = await invokeSafely(options, batch);
    if (failedFrom === undefined) {
      start = end;
      end = records.length;
      attempts = 0;
      continue;
    }
    options.onFailure(error ?? new Error('records to be retried'));
    if (failedFrom > 0) attempts = 0;
    start += failedFrom;
    const split = policy.bisectOnError && failedFrom === 0 && end - start > 1;
    if (split) {
      end = start + Math.ceil((end - start) / 2);
      continue;
    }
    attempts += 1;
    if (isGivenUp(records[start], attempts, options)) {
      const reason = `given up after ${attempts} attempts: ${describe(error)}`;
      await options.giveUp(
        records
          .slice(start, policy.bisectOnError ? start + 1 : end)
          .map((record) => options.rejectionOf(record, reason)),
      );
      start = policy.bisectOnError ? start + 1 : end;
      end = records.length;
      attempts = 0;
      continue;
    }
    await backOff(attempts, signal);
  }
  return start;
};

const invokeSafely = async <Entry>({ invoke }: StreamBatchOptions<Entry>, batch: readonly Entry[]) => {
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
const describe = (error: Error | undefined): string =>
  error === undefined
    ? 'no reason given'
    : 'code' in error && typeof error.code === 'string'
      ? `${error.name} ${error.code}`
      : error.name;

/** Splits records into `ways` lists; the records of one group stay together and in order. */
export const partitionByGroup = <Entry>(
  records: readonly Entry[],
  ways: number,
  groupOf: (record: Entry) => string,
): Entry[][] => {
  if (ways === 1) return [[...records]];
  const lists: Entry[][] = Array.from({ length: ways }, () => []);
  for (const record of records) {
    const way = createHash('md5').update(groupOf(record)).digest().readUInt32BE(0) % ways;
    lists[way]?.push(record);
  }
  return lists.filter((list) => list.length > 0);
};

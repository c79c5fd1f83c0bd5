import { runWithFields } from '@verifiedfan/correlation';
import type { JsonValue } from '@verifiedfan/ports';
import type { DeadLetters } from './dead-letters.ts';
import type { HandleContext, Worker } from './definition.ts';
import { createOutcomes, type Outcomes, type Rejection } from './outcomes.ts';
import type { Batch, WorkerRecord } from './record.ts';
import type { Source } from './source.ts';
import type { WorkerLog } from './worker-log.ts';

export type RunOptions = {
  worker: Worker;
  name: string;
  source: Pick<Source, 'repeats'>;
  services: unknown;
  batch: Batch<unknown>;
  deadLetters: Pick<DeadLetters, 'add'>;
  log: WorkerLog;
  signal: AbortSignal;
  remainingMs: () => number;
  /** The raw form of the record at this place of the batch, kept with its dead letter so that it can be redriven. */
  payloadAt: (index: number) => JsonValue;
};

export type RunResult = {
  counters: JsonValue;
  outcomes: Outcomes;
  /** What the source delivers again, in the order of the batch. */
  repeated: readonly WorkerRecord<unknown>[];
};

/**
 * Hands one decoded batch to a worker and stores what it rejected. Whatever way a batch came (as an event, or decoded by the local
 * runtime), it goes through here. When a dead letter cannot be stored the whole batch fails: an unacknowledged record is repeated, an
 * unstored one would be lost.
 */
export const runBatch = async (options: RunOptions): Promise<RunResult> => {
  const { worker, batch, name, services, log, signal, remainingMs, deadLetters } = options;
  const outcomes = createOutcomes(batch.records);
  const { retry, reject, fail } = outcomes;
  const context: HandleContext<unknown> = {
    services,
    log,
    signal,
    remainingMs,
    shard: batch.shard,
    retry,
    reject,
    fail,
    deadLetter: async (parts) => {
      await deadLetters.add(
        name,
        parts.map((part) => ({ ...part, part: true })),
      );
    },
  };
  const counters = await runWithFields({ worker: name, shard: batch.shard }, () =>
    worker.handle(batch.records as readonly WorkerRecord[], context),
  );
  const repeated = options.source.repeats(batch.records, outcomes);
  await storeRejections(options, outcomes, repeated);
  const [cause] = outcomes.retried.values();
  if (cause !== undefined) log.warn('records to be tried again', { retried: outcomes.retried.size, error: cause });
  return { counters, outcomes, repeated };
};

const storeRejections = async (
  options: RunOptions,
  outcomes: Outcomes,
  repeated: readonly WorkerRecord<unknown>[],
): Promise<void> => {
  const { name, batch, deadLetters, log } = options;
  if (batch.undecodable.length === 0 && outcomes.rejected.size === 0) return;
  const rejections = [...batch.undecodable, ...rejectedForGood(options, outcomes, new Set(repeated))];
  if (rejections.length === 0) return;
  await deadLetters.add(name, rejections);
  log.warn('records rejected', { rejected: rejections.length });
};

/** A record that comes again is judged again: what it was rejected for may be an earlier record that failed. */
const rejectedForGood = (
  { batch, payloadAt }: RunOptions,
  { rejected }: Outcomes,
  repeated: ReadonlySet<WorkerRecord<unknown>>,
): Rejection[] =>
  batch.records.flatMap((record, index) => {
    const reason = rejected.get(record);
    if (reason === undefined || repeated.has(record)) return [];
    return [{ position: record.meta.position, reason, payload: payloadAt(index), shard: batch.shard }];
  });

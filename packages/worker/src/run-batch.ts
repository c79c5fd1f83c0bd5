import { runWithFields } from '@verifiedfan/correlation';
import type { JsonValue } from '@verifiedfan/ports';
import type { DeadLetters } from './dead-letters.ts';
import type { HandleContext, Worker, WorkerLog } from './define-worker.ts';
import { createOutcomes, type Outcomes, type Rejection } from './outcomes.ts';
import type { Batch, WorkerRecord } from './record.ts';

export type RunOptions = {
  worker: Worker;
  name: string;
  services: unknown;
  batch: Batch<unknown>;
  deadLetters: DeadLetters;
  log: WorkerLog;
  signal: AbortSignal;
  remainingMs: () => number;
  /** The raw form of a record, kept with its dead letter so that it can be redriven. */
  payloadOf: (record: WorkerRecord<unknown>) => JsonValue;
};

/**
 * Hands one decoded batch to a worker and stores what it rejected. Whatever way a batch came (as an event, or decoded by the local
 * runtime), it goes through here. When a dead letter cannot be stored the whole batch fails: an unacknowledged record is repeated, an
 * unstored one would be lost.
 */
export const runBatch = async (options: RunOptions): Promise<{ counters: JsonValue; outcomes: Outcomes }> => {
  const { worker, batch, services, log, signal, remainingMs } = options;
  const outcomes = createOutcomes();
  const context: HandleContext<unknown> = {
    services,
    log,
    signal,
    remainingMs,
    shard: batch.shard,
    retry: outcomes.retry,
    reject: outcomes.reject,
    deadLetter: (parts) =>
      options.deadLetters.add(
        options.name,
        parts.map((part) => ({ ...part, part: true })),
      ),
    fail: outcomes.fail,
  };
  const counters = await runWithFields({ worker: options.name, shard: batch.shard }, () =>
    worker.handle(batch.records as readonly WorkerRecord[], context),
  );
  const rejections = collectRejections(options, outcomes);
  if (rejections.length > 0) {
    await options.deadLetters.add(options.name, rejections);
    log.warn('records rejected', { worker: options.name, rejected: rejections.length });
  }
  return { counters, outcomes };
};

const collectRejections = ({ batch, payloadOf }: RunOptions, outcomes: Outcomes): Rejection[] => [
  ...batch.undecodable,
  ...[...outcomes.rejected].map(([record, reason]) => ({
    position: record.meta.position,
    reason,
    payload: payloadOf(record),
  })),
];

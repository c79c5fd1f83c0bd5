import type { JsonValue } from '@verifiedfan/ports';
import { isPermanent, toError } from './errors.ts';
import type { WorkerRecord } from './record.ts';

/** A record, or a part of one such as a line of a file, that goes to the dead letters. */
export type Rejection = { position: string; reason: string; payload: JsonValue };

/**
 * What became of each record of a batch: done unless said otherwise, to be retried (transient), or rejected (permanent). The worst
 * answer about a record stands: a retry is not taken back by a later reject.
 */
export type Outcomes = {
  retry(record: WorkerRecord<unknown>, cause: unknown): void;
  reject(record: WorkerRecord<unknown>, reason: string): void;
  /** Retries or rejects, as the error says. */
  fail(record: WorkerRecord<unknown>, error: unknown): void;
  readonly retried: ReadonlyMap<WorkerRecord<unknown>, Error>;
  readonly rejected: ReadonlyMap<WorkerRecord<unknown>, string>;
};

export const createOutcomes = (): Outcomes => {
  const retried = new Map<WorkerRecord<unknown>, Error>();
  const rejected = new Map<WorkerRecord<unknown>, string>();
  const retry = (record: WorkerRecord<unknown>, cause: unknown): void => {
    retried.set(record, toError(cause));
    rejected.delete(record);
  };
  const reject = (record: WorkerRecord<unknown>, reason: string): void => {
    if (!retried.has(record)) rejected.set(record, reason);
  };
  return {
    retry,
    reject,
    fail: (record, error) => (isPermanent(error) ? reject(record, toError(error).message) : retry(record, error)),
    retried,
    rejected,
  };
};

import type { JsonValue } from '@verifiedfan/ports';
import { isPermanent, toError, WorkerError } from './errors.ts';
import type { WorkerRecord } from './record.ts';

/** A record, or a part of one such as a line of a file, that goes to the dead letters. */
export type Rejection = {
  position: string;
  /** Names fields and rules, never values. */
  reason: string;
  payload: JsonValue;
  /** The shard of a source that tells it; a redrive has to tell it again. */
  shard?: string | undefined;
};

/**
 * What became of each record of a batch: done unless said otherwise, to be retried (transient), or rejected (permanent). The worst
 * answer about a record stands: a retry is not taken back by a later reject. All three throw `unknown_record` for a record that is not
 * in the batch, such as a copy: its failure would go unseen, and the record with it.
 */
export type Outcomes = {
  retry(record: WorkerRecord<unknown>, cause: unknown): void;
  reject(record: WorkerRecord<unknown>, reason: string): void;
  /** Retries or rejects, as the error says. */
  fail(record: WorkerRecord<unknown>, error: unknown): void;
  readonly retried: ReadonlyMap<WorkerRecord<unknown>, Error>;
  readonly rejected: ReadonlyMap<WorkerRecord<unknown>, string>;
};

/** Up to so many failures a batch is searched: most have none or a few, and a set of 100 records costs more than reading them does. */
const FEW = 8;

export const createOutcomes = (records: readonly WorkerRecord<unknown>[]): Outcomes => {
  const retried = new Map<WorkerRecord<unknown>, Error>();
  const rejected = new Map<WorkerRecord<unknown>, string>();
  let asked = 0;
  let known: ReadonlySet<WorkerRecord<unknown>> | undefined;
  const isKnown = (record: WorkerRecord<unknown>): boolean => {
    asked += 1;
    if (asked <= FEW) return records.includes(record);
    known ??= new Set(records);
    return known.has(record);
  };
  const assertKnown = (record: WorkerRecord<unknown>): void => {
    if (!isKnown(record)) throw new WorkerError('unknown_record', 'the record is not one of the batch');
  };
  const retry = (record: WorkerRecord<unknown>, cause: unknown): void => {
    assertKnown(record);
    retried.set(record, toError(cause));
    rejected.delete(record);
  };
  const reject = (record: WorkerRecord<unknown>, reason: string): void => {
    assertKnown(record);
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

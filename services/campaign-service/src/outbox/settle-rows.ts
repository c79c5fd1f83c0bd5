import type { Clock, Random, TransactionStep, UpdateOperators } from '@verifiedfan/ports';
import { isPoison, reasonOf } from './errors.ts';
import { OUTBOX, type OutboxRow } from './rows.ts';

/** What became of a row: told, to be tried again at `dueAtMs`, or given up. */
export type Outcome = 'sent' | 'dead' | { dueAtMs: number };
export type Settled = { row: OutboxRow; outcome: Outcome; error: Error | undefined };

export type RetrySettings = {
  /** Failures after which a row is given up. */
  maxAttempts: number;
  /** Wait behind the first failure, in milliseconds; doubles with each. */
  baseMs: number;
  /** Longest wait, in milliseconds. */
  capMs: number;
};

export type SettleOptions = RetrySettings & { clock: Clock; random: Pick<Random, 'next'> };

/** Half of it is certain, so that a destination in trouble has its pause; the other half is chance, so that rows do not come together. */
export const backOffMs = (attempts: number, { baseMs, capMs, random }: SettleOptions): number =>
  Math.ceil(Math.min(capMs, baseMs * 2 ** Math.min(attempts - 1, 30)) * (0.5 + random.next() / 2));

export const settle = (row: OutboxRow, error: Error | undefined, options: SettleOptions): Settled => {
  if (error === undefined) return { row, outcome: 'sent', error };
  const attempts = row.attempts + 1;
  if (isPoison(error) || attempts >= options.maxAttempts) return { row, outcome: 'dead', error };
  return { row, outcome: { dueAtMs: options.clock.now() + backOffMs(attempts, options) }, error };
};

const updateOf = ({ row, outcome, error }: Settled, now: string): UpdateOperators => {
  if (outcome === 'sent') return { $set: { sentAt: now }, $unset: { unsent: '', reason: '' } };
  const attempts = row.attempts + 1;
  const reason = error === undefined ? 'unknown' : reasonOf(error);
  if (outcome === 'dead') return { $set: { deadAt: now, attempts, reason }, $unset: { unsent: '' } };
  return { $set: { attempts, reason, dueAtMs: outcome.dueAtMs } };
};

/** The step that writes down what became of a row. */
export const settledStep = (settled: Settled, nowMs: number): TransactionStep => {
  const { _id, destination } = settled.row;
  const update = updateOf(settled, new Date(nowMs).toISOString());
  return { collection: OUTBOX, operation: { updateOne: { filter: { _id, unsent: destination }, update } } };
};

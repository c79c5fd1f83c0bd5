import { PortError, type PortErrorCode } from '@verifiedfan/ports';

/**
 * - `unknown_worker`   APP_NAME names no worker: fails at start, not at the first event
 * - `foreign_event`    the event is not of a source that the worker declared
 * - `undeclared`       a worker asked for a resource that its reads, writes and requeues do not name, did to a table what they do
 *                    not allow, or used a secret or called what is not among its secrets or calls
 * - `rejected`         a record can never succeed: it is dead-lettered
 * - `invalid_worker`   a definition contradicts itself
 * - `unknown_record`   an outcome was told of a record that is not in the batch; taking it for another would lose that one
 * - `switched_off`     the worker's flag is off: nothing is acknowledged, so nothing is lost
 */
export type WorkerErrorCode =
  | 'unknown_worker'
  | 'foreign_event'
  | 'undeclared'
  | 'rejected'
  | 'invalid_worker'
  | 'unknown_record'
  | 'switched_off';

export class WorkerError extends Error {
  override readonly name: string = 'WorkerError';
  readonly code: WorkerErrorCode;
  /** Only a switched-off worker succeeds with the same event later. */
  readonly retryable: boolean;
  constructor(code: WorkerErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.retryable = code === 'switched_off';
  }
}

/** Throw this for a record that can never succeed. `reason` is shown in lists: it names fields and rules, never values. */
export class RejectError extends WorkerError {
  override readonly name = 'RejectError';
  constructor(reason: string, options?: ErrorOptions) {
    super('rejected', reason, options);
  }
}

/** Faults of the store or of the wiring, not of the record: it may be fine once they are mended, however long that takes. */
const NOT_THE_RECORD: ReadonlySet<PortErrorCode> = new Set(['closed', 'locked', 'read_only', 'corrupt', 'not_found']);

/** Transient unless the error itself says otherwise: retrying a permanent fault is bounded, dropping a transient one loses data. */
export const isPermanent = (error: unknown): boolean => {
  if (!(error instanceof Error) || !('retryable' in error) || error.retryable !== false) return false;
  return !(error instanceof PortError && NOT_THE_RECORD.has(error.code));
};

export const toError = (thrown: unknown): Error => (thrown instanceof Error ? thrown : new Error(String(thrown)));

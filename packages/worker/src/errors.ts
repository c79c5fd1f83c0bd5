/**
 * - `unknown_worker`   APP_NAME names no worker: fails at start, not at the first event
 * - `foreign_event`    the event is not of a source that the worker declared
 * - `undeclared`       a worker asked for a resource that its reads, writes and source do not name
 * - `rejected`         a record can never succeed: it is dead-lettered
 * - `invalid_worker`   a definition contradicts itself
 */
export type WorkerErrorCode = 'unknown_worker' | 'foreign_event' | 'undeclared' | 'rejected' | 'invalid_worker';

export class WorkerError extends Error {
  override readonly name: string = 'WorkerError';
  readonly code: WorkerErrorCode;
  readonly retryable = false;
  constructor(code: WorkerErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** Throw this for a record that can never succeed. `reason` is shown in lists: it names fields and rules, never values. */
export class RejectError extends WorkerError {
  override readonly name = 'RejectError';
  constructor(reason: string, options?: ErrorOptions) {
    super('rejected', reason, options);
  }
}

/** Transient unless the error itself says otherwise: retrying a permanent fault is bounded, dropping a transient one loses data. */
export const isPermanent = (error: unknown): boolean =>
  error instanceof Error && 'retryable' in error && error.retryable === false;

export const toError = (thrown: unknown): Error => (thrown instanceof Error ? thrown : new Error(String(thrown)));

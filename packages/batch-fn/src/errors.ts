/**
 * - `too_large`     the entry alone is over `maxBytes` and was never sent
 * - `wrong_answer`  the bulk function answered with another number of results than it was given entries, so no result can be trusted;
 *                   the outcome is unknown
 * - `held_back`     an earlier entry of the same key failed, and `stopKeyOnFailure` keeps the order; never sent
 * - `aborted`       the signal aborted before the entry was sent; one that failed before and waits to be sent again keeps its error
 */
export const BATCH_ERROR_CODES = ['too_large', 'wrong_answer', 'held_back', 'aborted'] as const;
export type BatchErrorCode = (typeof BATCH_ERROR_CODES)[number];

const RETRYABLE: ReadonlySet<BatchErrorCode> = new Set(['held_back', 'aborted']);

/** Why an entry failed, when the reason is not the bulk function's own. `retryable` says whether a later call may succeed. */
export class BatchError extends Error {
  override readonly name = 'BatchError';
  readonly code: BatchErrorCode;
  readonly retryable: boolean;
  constructor(code: BatchErrorCode, cause?: unknown) {
    super(`Entry was not processed: ${code}`, cause === undefined ? undefined : { cause });
    this.code = code;
    this.retryable = RETRYABLE.has(code);
  }
}

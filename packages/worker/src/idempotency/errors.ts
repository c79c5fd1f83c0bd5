/**
 * What can go wrong beyond the errors of the ports, which are passed on.
 * - `contended`  another writer kept winning; the same records can be tried again
 * - `misuse`     a call that can never be right, such as a version attribute that the row lacks
 */
export type IdempotencyErrorCode = 'contended' | 'misuse';

export class IdempotencyError extends Error {
  override readonly name = 'IdempotencyError';
  readonly code: IdempotencyErrorCode;
  readonly retryable: boolean;
  constructor(code: IdempotencyErrorCode, message: string) {
    super(message);
    this.code = code;
    this.retryable = code === 'contended';
  }
}

export const asError = (thrown: unknown): Error =>
  thrown instanceof Error ? thrown : new Error(thrown === undefined ? 'the table gave no answer' : String(thrown));

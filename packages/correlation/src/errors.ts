/**
 * - `invalid_correlation`  the id is not 1 to 128 characters of `A-Z a-z 0-9 . _ -`
 * - `invalid_traceparent`  the text is not a traceparent as W3C defines it
 */
export const CORRELATION_ERROR_CODES = ['invalid_correlation', 'invalid_traceparent'] as const;
export type CorrelationErrorCode = (typeof CORRELATION_ERROR_CODES)[number];

const MESSAGES: Record<CorrelationErrorCode, string> = {
  invalid_correlation:
    'The correlation id must be 1 to 128 characters of A-Z a-z 0-9 . _ -; use toCorrelationId for foreign text',
  invalid_traceparent:
    'The traceparent is not one as W3C Trace Context defines it; use parseTraceparent for foreign text',
};

/** A mistake of the calling code, so repeating the call cannot help. The message never holds the refused text: it may be hostile. */
export class CorrelationError extends Error {
  override readonly name = 'CorrelationError';
  readonly code: CorrelationErrorCode;
  readonly retryable = false;
  constructor(code: CorrelationErrorCode) {
    super(MESSAGES[code]);
    this.code = code;
  }
}

/**
 * - `already_configured`  `GlobalTracer` was called before in this process, with other settings
 * - `incompatible_copy`   another version of this package, loaded beside this one, holds the process-wide tracer
 */
export const TRACING_ERROR_CODES = ['already_configured', 'incompatible_copy'] as const;
export type TracingErrorCode = (typeof TRACING_ERROR_CODES)[number];

/** A mistake in how the process is put together, found at its start; repeating the call cannot help. Tracing itself never throws. */
export class TracingError extends Error {
  override readonly name = 'TracingError';
  readonly code: TracingErrorCode;
  readonly retryable = false;
  constructor(code: TracingErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

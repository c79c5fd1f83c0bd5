/**
 * - `invalid_parameters` what was asked for is not JSON, or longer than `maxParametersBytes`; nothing was read
 * - `overloaded`         `maxLoads` loads run and `maxWaiting` wait: the source is slower than its readers
 * - `aborted`            the caller's signal
 */
export const READ_THROUGH_ERROR_CODES = ['invalid_parameters', 'overloaded', 'aborted'] as const;
export type ReadThroughErrorCode = (typeof READ_THROUGH_ERROR_CODES)[number];

const MESSAGES: Record<ReadThroughErrorCode, string> = {
  invalid_parameters: 'The parameters of a cached read are not JSON or too long',
  overloaded: 'Too many reads wait for their source',
  aborted: 'The read was aborted',
};

/** What this package throws itself; errors of a load pass unchanged. Holds no parameters and no values. */
export class ReadThroughError extends Error {
  override readonly name = 'ReadThroughError';
  readonly code: ReadThroughErrorCode;
  readonly retryable: boolean;
  constructor(code: ReadThroughErrorCode, options?: ErrorOptions) {
    super(MESSAGES[code], options);
    this.code = code;
    this.retryable = code !== 'invalid_parameters';
  }
}

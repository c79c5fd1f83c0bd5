export const TEST_UTILS_ERROR_CODES = ['invalid_option', 'unsupported_value', 'leak'] as const;
export type TestUtilsErrorCode = (typeof TEST_UTILS_ERROR_CODES)[number];

/** A helper was used wrongly, or a test left something running. Never worth a repetition. */
export class TestUtilsError extends Error {
  override readonly name = 'TestUtilsError';
  readonly code: TestUtilsErrorCode;
  readonly retryable = false;
  constructor(code: TestUtilsErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

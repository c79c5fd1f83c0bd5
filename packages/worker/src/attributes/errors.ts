/**
 * What can be wrong with typed JSON.
 * - `unknown_type`    an attribute value has no known type tag, or its value is of another type
 * - `not_a_number`    `N` or `NS` holds text that is no decimal number, or a number to write is not finite
 */
export type AttributeErrorCode = 'unknown_type' | 'not_a_number';

/** Names what is wrong, never the value: attributes may hold personal data. */
export class AttributeError extends Error {
  override readonly name = 'AttributeError';
  readonly code: AttributeErrorCode;
  readonly retryable = false;
  constructor(code: AttributeErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

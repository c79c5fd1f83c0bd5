/** One thing that is wrong with an input. It names the place and the rule, never the value. */
export type ValidationDetail = {
  /** RFC 6901 pointer to the field; empty for the input as a whole. */
  pointer: string;
  /** The rule that was broken, such as `invalid_type`, `too_big` or `unknown_field`: branch on this, never on the message. */
  rule: string;
  message: string;
};

/** A report stops here, so that an answer about a large input stays small. */
export const MAX_DETAILS = 20;

/** The input breaks its schema; sending it again cannot help. */
export class ValidationError extends Error {
  override readonly name = 'ValidationError';
  readonly code = 'VALIDATION_ERROR';
  readonly retryable = false;
  readonly details: readonly ValidationDetail[];
  constructor(details: readonly ValidationDetail[], options?: ErrorOptions) {
    super('The input does not match its schema', options);
    this.details = details.slice(0, MAX_DETAILS);
  }
}

/**
 * - `invalid_schema`     the schema does not parse, or its fields and the map of workers do not fit each other
 * - `invalid_option`     an option is outside its documented range
 * - `not_listening` · `already_listening`  the gateway is used before or after it can be
 */
export const GATEWAY_ERROR_CODES = ['invalid_schema', 'invalid_option', 'not_listening', 'already_listening'] as const;
export type GatewayErrorCode = (typeof GATEWAY_ERROR_CODES)[number];

export class GatewayError extends Error {
  override readonly name = 'GatewayError';
  readonly code: GatewayErrorCode;
  readonly retryable = false;
  constructor(code: GatewayErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** What a caller is told about something that went wrong: a name to branch on and a sentence without internals. */
export type Fault = { errorType: string; message: string; code?: string; retryable?: boolean };

/** Thrown by a resolver whose worker failed; `fault` is all that leaves the process. */
export class FieldFailure extends Error {
  override readonly name = 'FieldFailure';
  readonly fault: Fault;
  constructor(fault: Fault, options?: ErrorOptions) {
    super(fault.message, options);
    this.fault = fault;
  }
}

/**
 * Errors of this project say themselves whether they are worth a repetition, and their texts hold no personal data: they go out
 * under their own name, as AppSync does. Everything else (a TypeError, a refused connection) could tell about the inside.
 */
export const faultOf = (thrown: unknown): Fault => {
  if (thrown instanceof Error && 'code' in thrown && 'retryable' in thrown) {
    const { code, retryable } = thrown;
    if (typeof code === 'string' && typeof retryable === 'boolean') {
      return { errorType: thrown.name, message: thrown.message, code, retryable };
    }
  }
  return { errorType: 'Lambda:Unhandled', message: 'The worker failed.' };
};

export const TIMED_OUT: Fault = { errorType: 'ExecutionTimeout', message: 'The worker did not answer in time.' };

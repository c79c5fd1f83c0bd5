/**
 * - `invalid_option`   an option, a fault or a page is not what its documentation says
 * - `unknown_stand_in` no stand-in has this name
 * - `not_listening` · `already_listening`  the sandbox is used before or after it can be
 */
export const SANDBOX_ERROR_CODES = [
  'invalid_option',
  'unknown_stand_in',
  'not_listening',
  'already_listening',
] as const;
export type SandboxErrorCode = (typeof SANDBOX_ERROR_CODES)[number];

export class SandboxError extends Error {
  override readonly name = 'SandboxError';
  readonly code: SandboxErrorCode;
  readonly retryable = false;
  constructor(code: SandboxErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/**
 * - `malformed`              not three parts of JSON and signature, or longer than 8,192 characters
 * - `algorithm_not_allowed`  `none`, an algorithm outside the allow-list, or not the one of the key that `kid` names
 * - `unknown_key`            no `kid`, or one that is not in the key set
 * - `invalid_signature`      the signature is missing or not that of the key
 * - `invalid_claims`         signed, but not in the token profile: text instead of a list, a missing claim, a `__proto__` campaign
 * - `unsupported_version`    a later version of the profile
 * - `wrong_issuer`, `wrong_audience`, `wrong_subject`  meant for somebody else
 * - `expired`, `not_yet_valid`  by the clock, tolerance included
 * - `too_large`              a token that would not fit into a header was not signed
 * - `no_signing_key`         the key set can only verify
 * - `invalid_key_set`        the key set document is not in its format, or a key is too weak
 */
export const TOKEN_ERROR_CODES = [
  'malformed',
  'algorithm_not_allowed',
  'unknown_key',
  'invalid_signature',
  'invalid_claims',
  'unsupported_version',
  'wrong_issuer',
  'wrong_audience',
  'wrong_subject',
  'expired',
  'not_yet_valid',
  'too_large',
  'no_signing_key',
  'invalid_key_set',
] as const;
export type TokenErrorCode = (typeof TOKEN_ERROR_CODES)[number];

/**
 * Why a token or a key set was refused. Repeating cannot help. There is no `cause`: parsers and crypto libraries put pieces of their
 * input into their errors, and here the input is a token or a key.
 */
export class TokenError extends Error {
  override readonly name = 'TokenError';
  readonly code: TokenErrorCode;
  readonly retryable = false;
  /** @param detail names of claims and fields, never their values */
  constructor(code: TokenErrorCode, detail?: string) {
    super(detail === undefined ? code : `${code}: ${detail}`);
    this.code = code;
  }
}

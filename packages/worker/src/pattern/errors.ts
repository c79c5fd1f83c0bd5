/**
 * What can be wrong with filters.
 * - `invalid_pattern`   the pattern breaks the grammar; `path` says where
 * - `pattern_too_long`  the pattern has more than 4,096 characters as JSON
 * - `too_many_filters`  a source has more filters than its quota
 */
export type PatternErrorCode = 'invalid_pattern' | 'pattern_too_long' | 'too_many_filters';

/** Thrown when filters are compiled, that is at start; repeating never helps. */
export class PatternError extends Error {
  override readonly name = 'PatternError';
  readonly code: PatternErrorCode;
  readonly retryable = false;
  /** Where in the pattern, such as `dynamodb.Keys.SK.S`; empty for the whole of it. */
  readonly path: string;
  constructor(code: PatternErrorCode, path: string, reason: string) {
    // The first sentence is what Lambda answers when an event source mapping is made with such a pattern.
    super(`Invalid filter pattern definition. ${path === '' ? '' : `${path}: `}${reason}`);
    this.code = code;
    this.path = path;
  }
}

export const invalidPattern = (path: string, reason: string): PatternError =>
  new PatternError('invalid_pattern', path, reason);

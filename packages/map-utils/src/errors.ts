/**
 * - `invalid_options`  an option is unknown, missing or out of its range; thrown before any work begins
 * - `counters_differ`  two counters of one name cannot be added: one is a number and the other an object
 * - `duplicate_key`    `keyBy` was told to refuse a second item of one key
 */
export const MAP_UTILS_ERROR_CODES = ['invalid_options', 'counters_differ', 'duplicate_key'] as const;
export type MapUtilsErrorCode = (typeof MAP_UTILS_ERROR_CODES)[number];

/** Every one of these is a mistake of the calling code, so repeating the call cannot help. Messages hold names, never values. */
export class MapUtilsError extends Error {
  override readonly name = 'MapUtilsError';
  readonly code: MapUtilsErrorCode;
  readonly retryable = false;
  constructor(code: MapUtilsErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

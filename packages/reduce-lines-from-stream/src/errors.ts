/**
 * - `too_long`  the line has more than `maxLineBytes` bytes
 * - `encoding`  the line is not valid in the encoding
 */
export const LINE_ERROR_CODES = ['too_long', 'encoding'] as const;
export type LineErrorCode = (typeof LINE_ERROR_CODES)[number];

/** Names the line and shows nothing of it. Reading again gives the same, so it is not retryable. */
export class LineError extends Error {
  override readonly name = 'LineError';
  readonly code: LineErrorCode;
  readonly retryable = false;
  /** Counted from 1. */
  readonly line: number;
  constructor(code: LineErrorCode, line: number) {
    super(`Line ${line} cannot be read: ${code}`);
    this.code = code;
    this.line = line;
  }
}

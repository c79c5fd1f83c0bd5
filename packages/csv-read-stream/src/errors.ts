/**
 * Why a file could not be read to its end. Everything in front of the fault was delivered before.
 * - `unclosed_quote`   a quoted field is still open at the end of the file; the position is that of its opening quote
 * - `truncated_gzip`   the compressed data ends too early; the position is the end of what could be read
 * - `corrupt_gzip`     the compressed data is damaged, or is no gzip; the position is the end of what could be read
 * - `source_failed`    the source threw, see `cause`; the position is the end of what could be read
 * - `rejected`         only `readCsvBatches`: the file is empty or its header is faulty
 */
export const CSV_ERROR_CODES = [
  'unclosed_quote',
  'truncated_gzip',
  'corrupt_gzip',
  'source_failed',
  'rejected',
] as const;
export type CsvErrorCode = (typeof CSV_ERROR_CODES)[number];

export type CsvErrorOptions = {
  code: CsvErrorCode;
  /** Physical line, counted from 1. */
  line: number;
  /** Bytes from the beginning of the file (after decompression), counted from 0. */
  byteOffset: number;
  cause?: unknown;
};

/** The one error of this package apart from wrong options. `retryable` only for a failed source that does not say otherwise. */
export class CsvError extends Error {
  override readonly name = 'CsvError';
  readonly code: CsvErrorCode;
  readonly retryable: boolean;
  readonly line: number;
  readonly byteOffset: number;
  constructor({ code, line, byteOffset, cause }: CsvErrorOptions) {
    super(
      `CSV could not be read: ${code} at line ${line}, byte ${byteOffset}`,
      cause === undefined ? undefined : { cause },
    );
    this.code = code;
    this.retryable = code === 'source_failed' && propertyOf(cause, 'retryable') !== false;
    this.line = line;
    this.byteOffset = byteOffset;
  }
}

const propertyOf = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;

/** Tells damaged gzip from a source that failed. The codes are zlib's: https://www.zlib.net/manual.html#Constants */
export const codeOfSourceError = (error: unknown): CsvErrorCode => {
  const code = propertyOf(error, 'code');
  if (code === 'Z_BUF_ERROR') return 'truncated_gzip';
  return code === 'Z_DATA_ERROR' || code === 'Z_NEED_DICT' ? 'corrupt_gzip' : 'source_failed';
};

/**
 * What can go wrong at a port, whatever the driver.
 * - `validation`   the call breaks a documented limit or grammar; repeating it cannot help
 * - `too_large`    an item, record, message or page is over its size limit
 * - `not_found`    the resource itself (a table, a queue) does not exist; a missing row is never an error
 * - `conflict`     another writer was faster and the call can be repeated after reading again
 * - `duplicate_key` a unique index refused the document
 * - `token_mismatch` an idempotency token was used before with other actions
 * - `throttled`    over the rate that the engine takes; repeat with back-off
 * - `unavailable`  the engine did not answer or lost its connection; the outcome may be unknown
 * - `disk_full` · `read_only` · `locked` · `corrupt`  the data directory: full, not writable, owned by another process,
 *                damaged or of another version
 * - `closed`       the driver was closed while or before the call ran
 */
export const PORT_ERROR_CODES = [
  'validation',
  'too_large',
  'not_found',
  'conflict',
  'duplicate_key',
  'token_mismatch',
  'throttled',
  'unavailable',
  'disk_full',
  'read_only',
  'locked',
  'corrupt',
  'closed',
] as const;
export type PortErrorCode = (typeof PORT_ERROR_CODES)[number];

const RETRYABLE: ReadonlySet<PortErrorCode> = new Set(['conflict', 'throttled', 'unavailable', 'disk_full']);

export type PortErrorOptions = {
  code: PortErrorCode;
  /** What happened, without any stored value: names of resources, attributes and limits only. */
  message: string;
  /** The resource as the catalogue names it. */
  resource?: string;
  cause?: unknown;
};

/** The one error that drivers throw. Branch on `code`; `retryable` says whether the same call may succeed later. */
export class PortError extends Error {
  override readonly name = 'PortError';
  readonly code: PortErrorCode;
  readonly retryable: boolean;
  readonly resource: string | undefined;
  constructor({ code, message, resource, cause }: PortErrorOptions) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.retryable = RETRYABLE.has(code);
    this.resource = resource;
  }
}

/** The error for input that no repetition can make right. */
export const invalid = (message: string, resource?: string, cause?: unknown): PortError =>
  new PortError({ code: 'validation', message, ...(resource === undefined ? {} : { resource }), cause });

/** The error for what is over its size limit. */
export const tooLarge = (message: string): PortError => new PortError({ code: 'too_large', message });

/** Everything that can go wrong with the servers. */
export const SERVERS_ERROR_CODES = [
  'unknown_server',
  'missing_program',
  'install_failed',
  'start_failed',
  'not_running',
  'lock_timeout',
] as const;
export type ServersErrorCode = (typeof SERVERS_ERROR_CODES)[number];

const RETRYABLE: ReadonlySet<ServersErrorCode> = new Set(['install_failed', 'lock_timeout']);

export type ServersErrorOptions = { code: ServersErrorCode; message: string; cause?: unknown };

/** An error of installing, starting or finding a server. Its message says what to do, and ends with the tail of the log where there is one. */
export class ServersError extends Error {
  override readonly name = 'ServersError';
  readonly code: ServersErrorCode;
  readonly retryable: boolean;
  constructor({ code, message, cause }: ServersErrorOptions) {
    super(message, cause === undefined ? {} : { cause });
    this.code = code;
    this.retryable = RETRYABLE.has(code);
  }
}

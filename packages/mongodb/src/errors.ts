import { PortError, type PortErrorCode } from '@verifiedfan/ports';
import { MongoError, MongoServerError } from 'mongodb';

const DUPLICATE_KEY = 11_000;
export const COMMAND_NOT_FOUND = 59;

/** Numbers of https://github.com/mongodb/mongo/blob/master/src/mongo/base/error_codes.yml */
const CODES: Readonly<Record<number, PortErrorCode>> = {
  [DUPLICATE_KEY]: 'duplicate_key',
  1: 'unavailable', // InternalError
  6: 'unavailable', // HostUnreachable
  7: 'unavailable', // HostNotFound
  24: 'conflict', // LockTimeout
  26: 'not_found', // NamespaceNotFound
  43: 'unavailable', // CursorNotFound
  50: 'unavailable', // MaxTimeMSExpired
  64: 'unavailable', // WriteConcernTimeout
  73: 'validation', // InvalidNamespace
  89: 'unavailable', // NetworkTimeout
  91: 'unavailable', // ShutdownInProgress
  112: 'conflict', // WriteConflict
  117: 'conflict', // ConflictingOperationInProgress
  134: 'unavailable', // ReadConcernMajorityNotAvailableYet
  189: 'unavailable', // PrimarySteppedDown
  202: 'unavailable', // NetworkInterfaceExceededTimeLimit
  206: 'unavailable', // NoSuchSession
  225: 'conflict', // TransactionTooOld
  237: 'unavailable', // CursorKilled
  244: 'conflict', // TransactionAborted
  251: 'conflict', // NoSuchTransaction
  262: 'unavailable', // ExceededTimeLimit
  290: 'unavailable', // TransactionExceededLifetimeLimitSeconds
  462: 'throttled', // IngressRequestRateLimitExceeded
  9001: 'unavailable', // SocketException
  10107: 'unavailable', // NotWritablePrimary
  10334: 'too_large', // BSONObjectTooLarge
  11600: 'unavailable', // InterruptedAtShutdown
  11601: 'unavailable', // Interrupted
  11602: 'unavailable', // InterruptedDueToReplStateChange
  13388: 'conflict', // StaleConfig
  13435: 'unavailable', // NotPrimaryNoSecondaryOk
  13436: 'unavailable', // NotPrimaryOrSecondary
  14031: 'disk_full', // OutOfDiskSpace
  17280: 'too_large', // KeyTooLong
  17419: 'too_large', // the document after an update
  17420: 'too_large', // the document after an update
};

/** Errors that the driver makes itself, by name. */
const NAMES: Readonly<Record<string, PortErrorCode>> = {
  MongoClientClosedError: 'closed',
  MongoNotConnectedError: 'unavailable',
  MongoTopologyClosedError: 'unavailable',
  MongoExpiredSessionError: 'closed',
  MongoInvalidArgumentError: 'validation',
  MongoAPIError: 'validation',
  MongoParseError: 'validation',
  MongoMissingCredentialsError: 'validation',
  BSONError: 'validation',
  BSONRuntimeError: 'validation',
  BSONVersionError: 'validation',
};

const ACCESS_CODES: ReadonlySet<number> = new Set([13, 18, 8_000]);

export const codeOf = (error: unknown): number | undefined =>
  typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'number'
    ? error.code
    : undefined;

/** The server did not take the user or its password, or the user may not do this. */
export const isAccessError = (error: unknown): boolean => ACCESS_CODES.has(codeOf(error) ?? 0);

const CONNECTION_CODES: ReadonlySet<unknown> = new Set([
  ...['ECONNRESET', 'ECONNREFUSED', 'ECONNABORTED', 'EPIPE', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH', 'ENETDOWN'],
  ...['ERR_STREAM_DESTROYED', 'ERR_STREAM_PREMATURE_CLOSE', 'ERR_STREAM_WRITE_AFTER_END'],
]);

/**
 * A connection that is lost while a command is written comes out of the driver (7.x, `Connection.writeCommand`) as the system's own error, without
 * a label and without a repetition.
 */
export const isRawConnectionError = (error: unknown): boolean =>
  error instanceof Error && !(error instanceof MongoError) && CONNECTION_CODES.has(Reflect.get(error, 'code'));

export const hasLabel = (error: unknown, label: string): boolean =>
  error instanceof MongoError && error.hasErrorLabel(label);

const meaningOf = (error: unknown): PortErrorCode => {
  const number = codeOf(error);
  const known = number === undefined ? undefined : CODES[number];
  if (known !== undefined) return known;
  const name = error instanceof Error ? error.name : '';
  const named = Object.hasOwn(NAMES, name) ? NAMES[name] : undefined;
  if (named !== undefined) return named;
  if (isRawConnectionError(error)) return 'unavailable';
  if (hasLabel(error, 'TransientTransactionError')) return 'conflict';
  if (hasLabel(error, 'RetryableError') || hasLabel(error, 'RetryableWriteError')) return 'unavailable';
  // An answer with a number that is not listed: the server has looked at the call and does not want it.
  if (number !== undefined) return 'validation';
  return error instanceof MongoError && !(error instanceof MongoServerError) ? 'unavailable' : 'validation';
};

/** What happened without the text of the server, which quotes values: `dup key: { email: "…" }`. */
const withoutValues = (error: unknown): Error => {
  const name = error instanceof Error ? error.name : 'unknown error';
  const number = codeOf(error);
  const scrubbed = new Error(number === undefined ? name : `${name} ${number}`);
  scrubbed.name = name;
  if (error instanceof Error && error.stack !== undefined) {
    scrubbed.stack = `${scrubbed.name}: ${scrubbed.message}\n${framesOf(error.stack)}`;
  }
  return Object.assign(scrubbed, number === undefined ? {} : { code: number });
};

const framesOf = (stack: string): string =>
  stack
    .split('\n')
    .filter((line) => line.startsWith('    at '))
    .join('\n');

const indexOf = (error: unknown): string => {
  const message = error instanceof Error ? error.message : String((error as { message?: unknown }).message);
  return /index: ([^\s{}"]+)/.exec(message)?.[1] ?? 'unknown';
};

const describe = (code: PortErrorCode, error: unknown): string => {
  if (code === 'duplicate_key') return `the unique index ${indexOf(error)} has another document under this key`;
  if (isAccessError(error)) return 'the server refused the credentials, or they do not allow this';
  const number = codeOf(error);
  const name = error instanceof Error ? error.name : 'an unknown error';
  return number === undefined ? name : `${name} ${number}`;
};

/** Any error of the MongoDB driver, or an entry's error of a bulk answer, as the error that drivers of ports throw. */
export const toPortError = (
  error: unknown,
  { operation, resource }: { operation: string; resource: string },
): PortError => {
  if (error instanceof PortError) return error;
  const code = meaningOf(error);
  const message = `${operation} failed: ${describe(code, error)}`;
  return new PortError({ code, message, resource, cause: withoutValues(error) });
};

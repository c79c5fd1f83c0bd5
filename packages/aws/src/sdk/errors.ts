import { PortError, type PortErrorCode } from '@verifiedfan/ports';

/** What the services call things that can go wrong, in the words of the ports. Names are those of the API references of each service. */
const CODES: Readonly<Record<string, PortErrorCode>> = {
  ProvisionedThroughputExceededException: 'throttled',
  RequestLimitExceeded: 'throttled',
  ThrottlingException: 'throttled',
  Throttling: 'throttled',
  ThrottledException: 'throttled',
  TooManyRequestsException: 'throttled',
  LimitExceededException: 'throttled',
  BandwidthLimitExceeded: 'throttled',
  EC2ThrottledException: 'throttled',
  // Each service writes its own way that the key's service has too much to do.
  KMSThrottlingException: 'throttled',
  KmsThrottlingException: 'throttled',
  KmsThrottled: 'throttled',
  // Too many executions of a workflow are open; one that ends makes room.
  ExecutionLimitExceeded: 'throttled',
  PriorRequestNotComplete: 'throttled',
  SlowDown: 'throttled',
  OverLimit: 'throttled',
  RequestThrottled: 'throttled',
  RequestThrottledException: 'throttled',
  ResourceNotFoundException: 'not_found',
  QueueDoesNotExist: 'not_found',
  'AWS.SimpleQueueService.NonExistentQueue': 'not_found',
  NoSuchBucket: 'not_found',
  NotFoundException: 'not_found',
  StateMachineDoesNotExist: 'not_found',
  ExecutionDoesNotExist: 'not_found',
  ItemCollectionSizeLimitExceededException: 'too_large',
  EntityTooLarge: 'too_large',
  BatchRequestTooLong: 'too_large',
  RequestTooLargeException: 'too_large',
  RequestEntityTooLargeException: 'too_large',
  TransactionConflictException: 'conflict',
  TransactionInProgressException: 'conflict',
  OperationAborted: 'conflict',
  OperationAbortedException: 'conflict',
  ResourceConflictException: 'conflict',
  ConditionalRequestConflict: 'conflict',
  IdempotentParameterMismatchException: 'token_mismatch',
  InternalServerError: 'unavailable',
  InternalFailure: 'unavailable',
  InternalError: 'unavailable',
  ServiceUnavailable: 'unavailable',
  ServiceUnavailableException: 'unavailable',
  InternalServerException: 'unavailable',
  TimeoutError: 'unavailable',
  // S3 gave up waiting for bytes of a body, or got fewer than were announced: statuses 400 both, and a fault of the connection.
  RequestTimeout: 'unavailable',
  RequestTimeoutException: 'unavailable',
  IncompleteBody: 'unavailable',
  AbortError: 'closed',
  // Thrown by the SDK before it sends anything.
  CredentialsProviderError: 'validation',
  TypeError: 'validation',
  RangeError: 'validation',
};

type SdkError = {
  name?: unknown;
  $metadata?: { httpStatusCode?: number; requestId?: string };
  $retryable?: { throttling?: boolean };
};

/**
 * Any error of the SDK as the error that drivers throw. The message names the operation, the resource, the service's name of the error and
 * the request's id, and none of the text behind it, which may quote values; the SDK's error is the cause. Errors of ports pass unchanged.
 */
export const toPortError = (
  error: unknown,
  { operation, resource }: { operation: string; resource?: string | undefined },
): PortError => {
  if (error instanceof PortError) return error;
  const { name, $metadata } = (typeof error === 'object' && error !== null ? error : {}) as SdkError;
  const what = hintOf(error) ?? (typeof name === 'string' ? name : 'an unknown error');
  const request = $metadata?.requestId === undefined ? '' : ` (request ${$metadata.requestId})`;
  return new PortError({
    code: codeOf(error as SdkError | null | undefined),
    message: `${operation} failed: ${what}${request}`,
    ...(resource === undefined ? {} : { resource }),
    cause: error,
  });
};

/** What the SDK says before it sends anything, of a machine on which it is not set up. */
const SET_UP: readonly (readonly [RegExp, string])[] = [
  [/^Region is missing/, 'the region is not set (AWS_REGION)'],
  [/^Could not load credentials|^Resolved credential object is not valid/, 'no credentials were found'],
];

const hintOf = (error: unknown): string | undefined => {
  const message = error instanceof Error ? error.message : '';
  return SET_UP.find(([pattern]) => pattern.test(message))?.[1];
};

const codeOf = (error: SdkError | null | undefined): PortErrorCode => {
  const known = typeof error?.name === 'string' && Object.hasOwn(CODES, error.name) ? CODES[error.name] : undefined;
  if (known !== undefined) return known;
  if (hintOf(error) !== undefined) return 'validation';
  if (error?.$retryable?.throttling === true) return 'throttled';
  const status = error?.$metadata?.httpStatusCode;
  // Without a status no answer came: the connection was refused, lost or never made. An error after a success is an answer that was cut off.
  if (status === undefined || status >= 500 || status < 300) return 'unavailable';
  return status === 429 ? 'throttled' : 'validation';
};

/** Runs one call of the SDK and throws what it throws as a `PortError`. */
export const calling = async <Answer>(
  about: { operation: string; resource?: string | undefined },
  call: () => Promise<Answer>,
): Promise<Answer> => {
  try {
    return await call();
  } catch (error) {
    throw toPortError(error, about);
  }
};

/** Whether the service gave this as the reason. */
export const isCausedBy = (error: unknown, name: string): boolean =>
  error instanceof PortError && error.cause instanceof Error && error.cause.name === name;

const REFUSALS: ReadonlySet<unknown> = new Set([
  'ConditionalCheckFailedException',
  'PreconditionFailed',
  'ExecutionAlreadyExists',
]);

/** Whether an error of the SDK is the answer of a condition that did not hold, and so what the caller asked for. */
export const isRefusal = (error: unknown): boolean => {
  if (!(error instanceof Error)) return false;
  if (error.name !== 'TransactionCanceledException') return REFUSALS.has(error.name);
  const { CancellationReasons = [] } = error as { CancellationReasons?: readonly { Code?: string }[] };
  const codes = new Set(CancellationReasons.map(({ Code = 'None' }) => Code));
  return codes.has('ConditionalCheckFailed') && codes.difference(REFUSED_ALONE).size === 0;
};

const REFUSED_ALONE: ReadonlySet<string> = new Set(['None', 'ConditionalCheckFailed']);

export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export const STREAM_FAILURES = ['report', 'throw'] as const;
export type StreamFailures = (typeof STREAM_FAILURES)[number];

/** Everything that the environment may decide. */
export type Configuration = {
  /** LOG_LEVEL. @default info */
  logLevel: LogLevel;
  /** APP_NAME: the worker that a Lambda function is. */
  appName: string | undefined;
  /** OTEL_COLLECTOR_HOST and OTEL_COLLECTOR_PORT: where spans go; without a host nothing is traced. */
  collectorHost: string | undefined;
  collectorPort: number;
  /** PORT: where a REST service listens in its container; 0 takes a free one. @default 8080 */
  port: number;
  /** RESOURCE_PREFIX and BUCKET_SUFFIX: what the resources of a stage are called on AWS, see `resourceNameOf`. */
  resourcePrefix: string | undefined;
  bucketSuffix: string | undefined;
  /** ENDPOINTS: base URLs of services and third parties by the names that workers call, as a JSON object. @default none */
  endpoints: Readonly<Record<string, string>>;
  /** STREAM_FAILURES: how a function says which records of a stream failed. Some emulators ignore what AWS reads. @default report */
  streamFailures: StreamFailures;
  /** SINGLE_SHARD: the shard of each batch of changes that names none, where a table has just this one. @default none: such a batch is refused */
  singleShard: string | undefined;
};

export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';
  readonly code = 'configuration';
  readonly retryable = false;
}

/** Reads the environment; the only function of the project that does. Throws an error that names the variable, never its value. */
export const readConfiguration = (
  environment: Readonly<Record<string, string | undefined>> = process.env,
): Configuration => {
  const level = environment.LOG_LEVEL ?? 'info';
  const logLevel = LOG_LEVELS.find((each) => each === level);
  if (logLevel === undefined) throw new ConfigurationError(`LOG_LEVEL must be one of ${LOG_LEVELS.join(', ')}`);
  const failures = environment.STREAM_FAILURES ?? 'report';
  const streamFailures = STREAM_FAILURES.find((each) => each === failures);
  if (streamFailures === undefined)
    throw new ConfigurationError(`STREAM_FAILURES must be one of ${STREAM_FAILURES.join(', ')}`);
  const singleShard = environment.SINGLE_SHARD;
  if (singleShard === '') throw new ConfigurationError('SINGLE_SHARD must name a shard, or be left out');
  const collectorPort = Number(environment.OTEL_COLLECTOR_PORT ?? 4318);
  if (!Number.isInteger(collectorPort) || collectorPort < 1 || collectorPort > 65_535) {
    throw new ConfigurationError('OTEL_COLLECTOR_PORT must be a port from 1 to 65535');
  }
  const port = Number(environment.PORT ?? 8080);
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new ConfigurationError('PORT must be a port from 0 to 65535');
  return {
    logLevel,
    appName: environment.APP_NAME,
    collectorHost: environment.OTEL_COLLECTOR_HOST,
    collectorPort,
    port,
    resourcePrefix: environment.RESOURCE_PREFIX,
    bucketSuffix: environment.BUCKET_SUFFIX,
    endpoints: readEndpoints(environment.ENDPOINTS),
    streamFailures,
    singleShard,
  };
};

const readEndpoints = (text: string | undefined): Readonly<Record<string, string>> => {
  if (text === undefined || text === '') return {};
  const refuse = (options?: ErrorOptions): never => {
    throw new ConfigurationError('ENDPOINTS must be a JSON object of http or https URLs by name', options);
  };
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    refuse({ cause });
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return refuse();
  const isUrl = (url: unknown): boolean => typeof url === 'string' && /^https?:\/\//.test(url) && URL.canParse(url);
  return Object.values(value).every(isUrl) ? (value as Record<string, string>) : refuse();
};

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
  /** Everything that begins with CAMPAIGN_, as it is: campaign-service says what it means. @default none */
  campaignSettings: Readonly<Record<string, string | undefined>>;
  /** FLAGS: the flags that a process on AWS starts with, by name, as a JSON object of true and false. @default none */
  flags: Readonly<Record<string, boolean>>;
  /** UNLEASH_URL: the API of the Unleash server that is asked for flags. @default nobody is asked */
  unleashUrl: string | undefined;
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
    campaignSettings: Object.fromEntries(Object.entries(environment).filter(([name]) => name.startsWith('CAMPAIGN_'))),
    flags: readFlags(environment.FLAGS),
    unleashUrl: readUnleashUrl(environment.UNLEASH_URL),
    streamFailures,
    singleShard,
  };
};

/** A JSON object by name whose values are what they should be; `what` says what the variable must hold. */
const readObject = <Value>(
  text: string | undefined,
  { what, isRight }: { what: string; isRight: (value: unknown) => value is Value },
): Readonly<Record<string, Value>> => {
  if (text === undefined || text === '') return {};
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new ConfigurationError(what, { cause });
  }
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  if (!isObject || !Object.values(value as object).every(isRight)) throw new ConfigurationError(what);
  return value as Record<string, Value>;
};

const isUrl = (url: unknown): url is string => typeof url === 'string' && /^https?:\/\//.test(url) && URL.canParse(url);

const readEndpoints = (text: string | undefined): Readonly<Record<string, string>> =>
  readObject(text, { what: 'ENDPOINTS must be a JSON object of http or https URLs by name', isRight: isUrl });

const readFlags = (text: string | undefined): Readonly<Record<string, boolean>> =>
  readObject(text, {
    what: 'FLAGS must be a JSON object of true and false by name',
    isRight: (value) => typeof value === 'boolean',
  });

const readUnleashUrl = (url: string | undefined): string | undefined => {
  if (url === undefined || url === '') return undefined;
  if (!isUrl(url)) throw new ConfigurationError('UNLEASH_URL must be an http or https URL');
  return url;
};

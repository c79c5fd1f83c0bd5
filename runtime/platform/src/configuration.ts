export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** Everything that the environment may decide. */
export type Configuration = {
  /** LOG_LEVEL. @default info */
  logLevel: LogLevel;
  /** APP_NAME: the worker that a Lambda function is. */
  appName: string | undefined;
  /** OTEL_COLLECTOR_HOST and OTEL_COLLECTOR_PORT: where spans go; without a host nothing is traced. */
  collectorHost: string | undefined;
  collectorPort: number;
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
  const collectorPort = Number(environment.OTEL_COLLECTOR_PORT ?? 4318);
  if (!Number.isInteger(collectorPort) || collectorPort < 1 || collectorPort > 65_535) {
    throw new ConfigurationError('OTEL_COLLECTOR_PORT must be a port from 1 to 65535');
  }
  return { logLevel, appName: environment.APP_NAME, collectorHost: environment.OTEL_COLLECTOR_HOST, collectorPort };
};

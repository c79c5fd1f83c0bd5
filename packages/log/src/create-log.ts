import { type ContextValue, createKeyRule, redactText } from '@verifiedfan/correlation';
import { callable, checkOptions, optional } from '@verifiedfan/map-utils';
import type { Clock } from '@verifiedfan/ports';
import { destination as openDestination, type Logger as PinoLogger, pino } from 'pino';
import { readEntry } from './entry.ts';
import { createRender, type Render } from './render.ts';
import { createTimestamp } from './timestamp.ts';
import {
  type ChildOptions,
  type Destination,
  LOG_LEVELS,
  type Logger,
  type LogLevel,
  type WrittenLevel,
} from './types.ts';

export type CreateLogOptions = {
  /** Written on every line as `service`; at most 256 characters. */
  service: string;
  /** The least important level that is written. @default 'info' */
  level?: LogLevel | undefined;
  /** @default standard output, written synchronously so that no line is lost at the end of the process */
  destination?: Destination | undefined;
  clock: Pick<Clock, 'now'>;
  /** Redaction cannot be switched off; further names of secret fields can be added. */
  redact?: { keys: readonly string[] } | undefined;
};

/**
 * Makes a logger: one line of Logstash JSON per call, with the correlation and fields of the async context, and without e-mail addresses,
 * phone numbers and secrets. Throws `MapUtilsError` with `invalid_options` for an unknown or ill-formed option.
 */
export const createLog = (options: CreateLogOptions): Logger => {
  checkOptions('createLog', options, {
    service: shortText,
    level: optional({
      expects: `one of ${LOG_LEVELS.join(', ')}`,
      accepts: (value) => LOG_LEVELS.some((level) => level === value),
    }),
    destination: optional({ expects: 'an object with write(line)', accepts: hasMethod('write') }),
    clock: { expects: 'a Clock', accepts: hasMethod('now') },
    redact: optional({ expects: '{ keys: [names] }', accepts: isRedact }),
  });
  return openLog({ ...options, timestamp: createTimestamp(options.clock) });
};

/** As `createLog`, with the text of the time in place of a clock. */
export const openLog = (options: Omit<CreateLogOptions, 'clock'> & { timestamp: () => string }): Logger => {
  const {
    service,
    level = 'info',
    destination = openDestination({ dest: 1, sync: true }),
    timestamp,
    redact,
  } = options;
  let line = '';
  // Pino hands over each line in the call that made it, so that it can be searched before it leaves.
  const catchLine = {
    write: (text: string): void => {
      line = text;
    },
  };
  const root = pino(
    {
      level: 'trace',
      base: { service: redactText(service) },
      messageKey: 'message',
      timestamp,
      formatters: { level: (label) => ({ level: label }) },
    },
    catchLine,
  );
  const take = (): string => line;
  return makeLogger(
    { level, destination, take, pino: root, render: createRender({ keyRule: createKeyRule(redact) }) },
    {},
  );
};

type Core = { level: LogLevel; destination: Destination; take: () => string; pino: PinoLogger; render: Render };
type Fields = Readonly<Record<string, ContextValue>>;

const makeLogger = (core: Core, { path, fields }: ChildOptions): Logger => {
  const least = LOG_LEVELS.indexOf(core.level);
  const isEnabled = (level: WrittenLevel): boolean => LOG_LEVELS.indexOf(level) >= least;
  const writer = path === undefined ? core.pino : core.pino.child({ path: redactText(path) });
  const method = (level: WrittenLevel) =>
    isEnabled(level) ? makeMethod(core, writer, level, fields) : () => undefined;
  const child = (options: ChildOptions): Logger => {
    checkOptions('child', options, { path: optional(shortText), fields: optional(smallFields) });
    return makeLogger(core, { path: options.path ?? path, fields: { ...fields, ...options.fields } });
  };
  return {
    level: core.level,
    isEnabled,
    child,
    at: (modulePath) => child({ path: modulePath }),
    trace: method('trace'),
    debug: method('debug'),
    info: method('info'),
    warn: method('warn'),
    error: method('error'),
    fatal: method('fatal'),
  };
};

const makeMethod = (
  { destination, take, render }: Core,
  writer: PinoLogger,
  level: WrittenLevel,
  fields: Fields | undefined,
) => {
  const format = (line: Record<string, unknown>, message: string): string => {
    writer[level](line, message);
    return take();
  };
  return (message: string | Error, data?: unknown): void => {
    try {
      destination.write(render(format, { ...readEntry(message, data), fields }));
    } catch {
      // A log line is never worth the work that it tells of: neither a value that cannot be read nor a full disk may stop the caller.
      writeApology(destination, format);
    }
  };
};

const writeApology = (
  destination: Destination,
  format: (line: Record<string, unknown>, message: string) => string,
): void => {
  try {
    destination.write(format({}, 'a log line could not be written'));
  } catch {
    // Nobody is left to be told.
  }
};

const shortText = {
  expects: 'a text of 1 to 256 characters',
  accepts: (value: unknown) => typeof value === 'string' && value.length >= 1 && value.length <= 256,
};
const smallFields = {
  expects: 'an object of texts, numbers and yes/no values',
  accepts: (value: unknown) =>
    typeof value === 'object' &&
    value !== null &&
    Object.values(value).every((field) => ['string', 'number', 'boolean'].includes(typeof field)),
};
const hasMethod = (name: string) => (value: unknown) =>
  typeof value === 'object' && value !== null && callable.accepts((value as Record<string, unknown>)[name]);
const isRedact = (value: unknown): boolean => {
  if (typeof value !== 'object' || value === null) return false;
  const { keys, ...others } = value as { keys?: unknown };
  return Object.keys(others).length === 0 && Array.isArray(keys) && keys.every((key) => typeof key === 'string');
};

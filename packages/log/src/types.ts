import type { ContextValue } from '@verifiedfan/correlation';

/** From the most to the least talkative. `silent` writes nothing. */
export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];
export type WrittenLevel = Exclude<LogLevel, 'silent'>;

/** Where lines go. Each call gets one whole line of JSON with its line feed. What it returns or throws is ignored. */
export type Destination = { write(line: string): unknown };

/**
 * Writes one line. `message` is a fixed sentence; what varies goes into `data`, under its name, so that secret names can be hidden.
 * An error may stand in place of either. Never throws, whatever it is given.
 */
export type LogMethod = (message: string | Error, data?: unknown) => void;

export type ChildOptions = {
  /** The module that speaks, such as `managers/campaigns`; replaces the parent's. */
  path?: string | undefined;
  /** Further fields on every line of the child, beside those of the parent. */
  fields?: Readonly<Record<string, ContextValue>> | undefined;
};

export type Logger = { readonly [Level in WrittenLevel]: LogMethod } & {
  readonly level: LogLevel;
  /** Whether a line of this level would be written: for data that is costly to collect. */
  isEnabled(level: WrittenLevel): boolean;
  /** A logger of the same settings with another path or more fields. */
  child(options: ChildOptions): Logger;
  /** The same as `child({ path })`. */
  at(path: string): Logger;
};

/** Fields that the logger writes itself; context and children cannot replace them. */
export const OWN_FIELDS: ReadonlySet<string> = new Set([
  ...['@timestamp', 'level', 'message', 'path', 'service', 'data', 'truncated'],
]);

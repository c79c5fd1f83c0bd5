import { stdTimeFunctions } from 'pino';
import { type CreateLogOptions, createLog, openLog } from './create-log.ts';
import type { ChildOptions, Logger, WrittenLevel } from './types.ts';

/*
 * The thin process-wide convenience: `import log from '@verifiedfan/log'` and `Log('path/to/module')` at the top of a module, before
 * anybody had a chance to pass a logger. It is the one piece of module-level state here, and it is only a pointer to a logger made by
 * `createLog`. Code that is given a logger does not need it.
 */
let current: Logger | undefined;
let version = 0;

const resolve = (): Logger => {
  // Nobody configured it: information and worse to standard output, with pino's own clock.
  current ??= openLog({
    service: 'verifiedfan',
    timestamp: () => stdTimeFunctions.isoTime().replace('"time"', '"@timestamp"'),
  });
  return current;
};

/**
 * Says how the process-wide log writes from now on, also for loggers that were taken before. Called once, where the process is wired
 * together. Returns what puts back the earlier state, for tests.
 */
export const configureLog = (options: CreateLogOptions): (() => void) => {
  const earlier = current;
  const set = (logger: Logger | undefined): void => {
    current = logger;
    version += 1;
  };
  set(createLog(options));
  return () => set(earlier);
};

const makeProxy = (narrow: (logger: Logger) => Logger): Logger => {
  let narrowed: Logger | undefined;
  let seen = -1;
  const logger = (): Logger => {
    if (narrowed === undefined || seen !== version) {
      narrowed = narrow(resolve());
      seen = version;
    }
    return narrowed;
  };
  const method =
    (level: WrittenLevel) =>
    (message: string | Error, data?: unknown): void =>
      logger()[level](message, data);
  const child = (options: ChildOptions): Logger => makeProxy((parent) => narrow(parent).child(options));
  return {
    get level() {
      return logger().level;
    },
    isEnabled: (level) => logger().isEnabled(level),
    child,
    at: (path) => child({ path }),
    trace: method('trace'),
    debug: method('debug'),
    info: method('info'),
    warn: method('warn'),
    error: method('error'),
    fatal: method('fatal'),
  };
};

/** The process-wide log. */
export const log: Logger = makeProxy((logger) => logger);

/** The process-wide log of one module: `const log = Log('managers/campaigns')`. */
export const Log = (path: string): Logger => log.at(path);

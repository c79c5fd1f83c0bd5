export { EMAIL_MARK, PHONE_MARK, redactText, redactValue, SECRET_MARK } from '@verifiedfan/correlation';
export { type CreateLogOptions, createLog } from './create-log.ts';
// The default export is a promise of long standing: `import log from '@verifiedfan/log'`.
export { configureLog, Log, log, log as default } from './process-log.ts';
export { MAX_LINE_BYTES } from './render.ts';
export {
  type ChildOptions,
  type Destination,
  LOG_LEVELS,
  type Logger,
  type LogLevel,
  type LogMethod,
  type WrittenLevel,
} from './types.ts';

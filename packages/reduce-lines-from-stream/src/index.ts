export { LINE_ERROR_CODES, LineError, type LineErrorCode } from './errors.ts';
export { type LineOptions, linesFromStream } from './lines.ts';
export { reduceLinesFromStream } from './reduce.ts';

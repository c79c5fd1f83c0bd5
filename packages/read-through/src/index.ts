/** Reading through a cache. */
export { READ_THROUGH_ERROR_CODES, ReadThroughError, type ReadThroughErrorCode } from './errors.ts';
export { normaliseText, type Parameters } from './key.ts';
export type { ReadThroughLog, ReadThroughOptions } from './options.ts';
export { type Change, createReadThrough, type Load, type Read, type ReadThrough } from './read-through.ts';
export { type CacheTracing, traceCache } from './trace-cache.ts';

/** Purging pages from Fastly. */
export { createFastly, type Fastly, type FastlyOptions, type PurgeOptions } from './client.ts';
export { FASTLY_ERROR_CODES, FastlyError, type FastlyErrorCode, type FastlyErrorOptions } from './errors.ts';

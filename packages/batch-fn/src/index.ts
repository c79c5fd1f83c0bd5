export { type BatchOptions, batchFn } from './batch-fn.ts';
export { BATCH_ERROR_CODES, BatchError, type BatchErrorCode } from './errors.ts';
export type { BatchContext, BatchFunction, Failed, Outcome } from './outcome.ts';

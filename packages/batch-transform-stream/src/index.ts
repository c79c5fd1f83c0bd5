export {
  type BatchTransformOptions,
  BatchTransformStream,
  BatchTransformStream as default,
  batchTransformStream,
} from './batch-transform-stream.ts';
export { BatchStreamError } from './errors.ts';
export { type ForEachBatchOptions, forEachBatch } from './for-each-batch.ts';

export { type Counters, mergeCounts, sumBy } from './counters.ts';
export { MAP_UTILS_ERROR_CODES, MapUtilsError, type MapUtilsErrorCode } from './errors.ts';
export { chunk, countBy, groupBy, keyBy, mapValues, partition, uniqueBy } from './group.ts';
export {
  abortSignal,
  callable,
  checkOptions,
  type OptionRule,
  optional,
  positiveInteger,
  trueOrFalse,
  wholeNumber,
  wholeNumberOrInfinity,
} from './options.ts';
export { type MapByKeyOptions, type MapParallelOptions, mapByKey, mapParallel } from './parallel.ts';

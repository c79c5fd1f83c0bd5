import { WorkerError } from '../errors.ts';
import { compileFilters } from '../pattern/index.ts';
import type { QueueSourceOptions, Source, StreamSourceOptions } from '../source.ts';

const refuse = (message: string, options?: ErrorOptions): never => {
  throw new WorkerError('invalid_worker', message, options);
};

const range = (name: string, value: number, low: number, high: number): number =>
  Number.isInteger(value) && value >= low && value <= high
    ? value
    : refuse(`${name} must be a whole number from ${low} to ${high}`);

const refuseUnknown = (options: object, known: readonly string[]): void => {
  const unknown = Object.keys(options).filter((name) => !known.includes(name));
  if (unknown.length > 0) refuse(`unknown options: ${unknown.join(', ')}; known are ${known.join(', ')}`);
};

const STREAM_OPTIONS = [
  'batchSize',
  'batchWindowSeconds',
  'bisectOnError',
  'maxRetries',
  'maxAgeSeconds',
  'parallelization',
  'windowSeconds',
  'filters',
] as const satisfies readonly (keyof StreamSourceOptions)[];

/** Fills in AWS's defaults and refuses what AWS would refuse, when the worker is defined. Throws `invalid_worker`. */
export const streamOptions = (options: StreamSourceOptions): NonNullable<Source['stream']> => {
  refuseUnknown(options, STREAM_OPTIONS);
  const { bisectOnError = true, maxAgeSeconds = -1, filters = [] } = options;
  const parallelization = range('parallelization', options.parallelization ?? 1, 1, 10);
  const windowSeconds = range('windowSeconds', options.windowSeconds ?? 0, 0, 900);
  // The state of a window, and every watermark that is kept per shard, belong to one invocation at a time.
  if (windowSeconds > 0 && parallelization > 1) refuse('a source with windowSeconds needs a parallelization of 1');
  if (typeof bisectOnError !== 'boolean') refuse('bisectOnError must be true or false');
  checkFilters(filters);
  return {
    batchSize: range('batchSize', options.batchSize ?? 100, 1, 10_000),
    batchWindowSeconds: range('batchWindowSeconds', options.batchWindowSeconds ?? 0, 0, 300),
    bisectOnError,
    maxRetries: range('maxRetries', options.maxRetries ?? -1, -1, 10_000),
    maxAgeSeconds: maxAgeSeconds === -1 ? -1 : range('maxAgeSeconds, unless it is -1,', maxAgeSeconds, 60, 604_800),
    parallelization,
    windowSeconds,
    filters,
  };
};

const checkFilters = (filters: NonNullable<StreamSourceOptions['filters']>): void => {
  try {
    compileFilters(filters);
  } catch (cause) {
    refuse(`filters: ${cause instanceof Error ? cause.message : 'not patterns'}`, { cause });
  }
};

/** The same for queues. `fifo` says what kind of queue it is. */
export const queueOptions = (options: QueueSourceOptions & { fifo?: boolean }): NonNullable<Source['queue']> => {
  refuseUnknown(options, ['batchSize', 'batchWindowSeconds', 'maxConcurrency', 'fifo']);
  const { fifo = false } = options;
  const batchSize = range('batchSize', options.batchSize ?? 10, 1, fifo ? 10 : 10_000);
  const batchWindowSeconds = range('batchWindowSeconds', options.batchWindowSeconds ?? 0, 0, fifo ? 0 : 300);
  if (batchSize > 10 && batchWindowSeconds < 1) {
    refuse('a queue batch of more than 10 messages needs a batchWindowSeconds of at least 1');
  }
  const maxConcurrency = range('maxConcurrency', options.maxConcurrency ?? 2, 2, 1_000);
  return { batchSize, batchWindowSeconds, maxConcurrency, fifo };
};

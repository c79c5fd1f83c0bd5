import { WorkerError } from '../errors.ts';
import type { QueueSourceOptions, StreamSourceOptions } from '../source.ts';

const range = (name: string, value: number, low: number, high: number): number => {
  if (Number.isInteger(value) && value >= low && value <= high) return value;
  throw new WorkerError('invalid_worker', `${name} must be a whole number from ${low} to ${high}`);
};

/** Fills in AWS's defaults and refuses what AWS would refuse, when the worker is defined. */
export const streamOptions = (options: StreamSourceOptions) => ({
  batchSize: range('batchSize', options.batchSize ?? 100, 1, 10_000),
  batchWindowSeconds: range('batchWindowSeconds', options.batchWindowSeconds ?? 0, 0, 300),
  bisectOnError: options.bisectOnError ?? true,
  maxRetries: range('maxRetries', options.maxRetries ?? -1, -1, 10_000),
  maxAgeSeconds: range('maxAgeSeconds', options.maxAgeSeconds ?? -1, -1, 604_800),
  parallelization: range('parallelization', options.parallelization ?? 1, 1, 10),
  windowSeconds: range('windowSeconds', options.windowSeconds ?? 0, 0, 900),
  filters: options.filters ?? [],
});

export const queueOptions = (options: QueueSourceOptions, fifo: boolean) => {
  const batchSize = range('batchSize', options.batchSize ?? 10, 1, fifo ? 10 : 10_000);
  const batchWindowSeconds = range('batchWindowSeconds', options.batchWindowSeconds ?? 0, 0, fifo ? 0 : 300);
  if (batchSize > 10 && batchWindowSeconds < 1) {
    throw new WorkerError(
      'invalid_worker',
      'A queue batch of more than 10 messages needs a batchWindowSeconds of at least 1',
    );
  }
  return {
    batchSize,
    batchWindowSeconds,
    maxConcurrency: range('maxConcurrency', options.maxConcurrency ?? 2, 1, 1_000),
    fifo,
  };
};

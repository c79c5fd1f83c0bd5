import { abortSignal, checkOptions, optional, positiveInteger } from '@verifiedfan/map-utils';

export type ForEachBatchOptions = {
  /** Most calls under way at once. With more than 1, calls may end in another order than they began. @default 1 */
  concurrency?: number | undefined;
  /** When it aborts, no further batch is read and the answer rejects with its reason. */
  signal?: AbortSignal | undefined;
};

const destroy = (stream: object): void => {
  if ('destroy' in stream && typeof stream.destroy === 'function') stream.destroy();
};

/**
 * Calls `fn` with each batch and waits for it before it reads further than `concurrency` allows, so a slow `fn` slows the source down.
 * The first error, of `fn` or of the source, stops the reading and closes the source; calls under way are awaited, then the answer
 * rejects with it. A stream is destroyed at once, even while it is silent; another iterable is closed when its next batch comes.
 *
 * It takes the place of `stream.on('data', async …)`: an event emitter ignores the promise of its listener, so nothing would wait for
 * the work and a rejection would be unhandled: https://nodejs.org/api/events.html#capture-rejections-of-promises
 */
export const forEachBatch = async <Batch>(
  stream: AsyncIterable<Batch>,
  fn: (batch: Batch) => unknown,
  options: ForEachBatchOptions = {},
): Promise<void> => {
  checkOptions<ForEachBatchOptions>('forEachBatch', options, {
    concurrency: optional(positiveInteger),
    signal: optional(abortSignal),
  });
  const { concurrency = 1, signal } = options;
  const underWay = new Set<Promise<void>>();
  const errors: unknown[] = [];
  const stop = (error: unknown): void => {
    errors.push(error);
    destroy(stream); // Ends a read under way; the error that this read then throws is not the first one.
  };
  const call = async (batch: Batch): Promise<void> => {
    try {
      await fn(batch);
    } catch (error) {
      stop(error);
    }
  };
  const abort = (): void => stop(signal?.reason);
  signal?.addEventListener('abort', abort, { once: true });
  if (signal?.aborted) abort();

  try {
    for await (const batch of stream) {
      if (errors.length > 0) break;
      const running = call(batch).then(() => void underWay.delete(running));
      underWay.add(running);
      if (underWay.size >= concurrency) await Promise.race(underWay);
      if (errors.length > 0) break;
    }
  } catch (error) {
    stop(error);
  } finally {
    signal?.removeEventListener('abort', abort);
  }
  await Promise.all(underWay);
  if (errors.length > 0) throw errors[0];
};

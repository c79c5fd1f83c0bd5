import type { Bucket, BucketNotifications } from '@verifiedfan/ports';

/** A bucket of this process, whose notifications can wait for an upload behind one that was seen already. */
export type FreshBucket = Bucket &
  Omit<BucketNotifications, 'waitForNotifications'> & {
    /** Resolves when an upload behind `after` is pending, when the bucket closes, or when the signal aborts. @default any pending upload */
    waitForNotifications(signal: AbortSignal, after?: string): Promise<void>;
    close(): void;
  };

/**
 * Adds that wait to a bucket: the port's own resolves as long as anything is pending, so whoever works on a long upload could not wait for
 * the next one. All uploads come through `put` of this process, since one process owns the directory; nothing polls.
 */
export const withFreshWaits = (bucket: Bucket & BucketNotifications & { close(): void }): FreshBucket => {
  const waiting = new Set<() => void>();
  const wakeAll = (): void => {
    for (const wake of waiting) wake();
  };
  return {
    ...bucket,
    async put(options) {
      const result = await bucket.put(options);
      if (result.outcome === 'stored') wakeAll();
      return result;
    },
    async waitForNotifications(signal, after = '0') {
      const { promise, resolve } = Promise.withResolvers<void>();
      const wake = (): void => resolve();
      waiting.add(wake);
      signal.addEventListener('abort', wake, { once: true });
      try {
        // Looked at after the waiter is in place, so that an upload in between is not missed.
        const isThere = (await bucket.pending({ limit: 1, after })).length > 0;
        if (!isThere && !signal.aborted) await promise;
      } finally {
        waiting.delete(wake);
        signal.removeEventListener('abort', wake);
      }
    },
    close() {
      bucket.close();
      wakeAll();
    },
  };
};

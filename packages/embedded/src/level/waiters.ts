type Waiter = { after: number; wake(): void; fail(error: Error): void };

/** Consumers that wait for the end of one shard to move. No timer and no polling: they cost nothing until they are woken. */
export type Waiters = {
  /** Resolves when `wake` is called with a number above `after`, or when the signal aborts. */
  wait(after: number, signal: AbortSignal): Promise<void>;
  wake(last: number): void;
  /** Rejects everyone who still waits. */
  fail(error: Error): void;
};

export const createWaiters = (): Waiters => {
  const waiting = new Set<Waiter>();
  return {
    wait(after, signal) {
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      if (signal.aborted) {
        resolve();
        return promise;
      }
      const waiter: Waiter = {
        after,
        wake() {
          waiting.delete(waiter);
          signal.removeEventListener('abort', waiter.wake);
          resolve();
        },
        fail(error) {
          waiting.delete(waiter);
          signal.removeEventListener('abort', waiter.wake);
          reject(error);
        },
      };
      waiting.add(waiter);
      signal.addEventListener('abort', waiter.wake, { once: true });
      return promise;
    },
    wake(last) {
      if (waiting.size === 0) return;
      for (const waiter of [...waiting]) if (last > waiter.after) waiter.wake();
    },
    fail(error) {
      for (const waiter of [...waiting]) waiter.fail(error);
    },
  };
};

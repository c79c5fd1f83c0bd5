import { PortError } from '@verifiedfan/ports';

/** Lets calls in until its owner closes, then lets those under way end before the connections go. */
export type Lifecycle = {
  /** Aborts when closing begins: whoever waits ends. */
  readonly closing: AbortSignal;
  run<Answer>(call: () => Promise<Answer>): Promise<Answer>;
  close(): Promise<void>;
};

export const createLifecycle = ({ resource, end }: { resource: string; end: () => void }): Lifecycle => {
  const closing = new AbortController();
  const underWay = new Set<Promise<unknown>>();
  return {
    closing: closing.signal,
    async run(call) {
      if (closing.signal.aborted) throw new PortError({ code: 'closed', message: `${resource} is closed`, resource });
      const running = call();
      underWay.add(running);
      try {
        return await running;
      } finally {
        underWay.delete(running);
      }
    },
    async close() {
      closing.abort();
      // Calls may begin others to tidy up behind themselves.
      while (underWay.size > 0) await Promise.allSettled(underWay);
      end();
    },
  };
};

/** Answers what the promise does, or undefined as soon as the signal aborts; the promise then ends unobserved. */
export const untilAborted = async <Answer>(
  signal: AbortSignal,
  promise: Promise<Answer>,
): Promise<Answer | undefined> => {
  const stopped = Promise.withResolvers<undefined>();
  const stop = (): void => stopped.resolve(undefined);
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  promise.catch(() => undefined);
  try {
    return await Promise.race([promise, stopped.promise]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
};

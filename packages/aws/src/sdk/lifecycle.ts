import { createUnderWay } from '@verifiedfan/driver';
import { PortError } from '@verifiedfan/ports';

/** Lets calls in until the owner closes, and lets those under way end before the connections go. */
export type Lifecycle = {
  /** Aborts when closing begins: whoever waits ends. */
  readonly closing: AbortSignal;
  run<Answer>(call: () => Promise<Answer>): Promise<Answer>;
  assertOpen(): void;
  close(): Promise<void>;
};

export type LifecycleOptions = {
  /** What is closed, for the error of later calls. */
  resource: string;
  /** Lets go of the connections. */
  end: () => void;
};

export const createLifecycle = ({ resource, end }: LifecycleOptions): Lifecycle => {
  const closing = new AbortController();
  const underWay = createUnderWay();
  const assertOpen = (): void => {
    if (closing.signal.aborted) throw new PortError({ code: 'closed', message: `${resource} is closed`, resource });
  };
  return {
    closing: closing.signal,
    assertOpen,
    async run(call) {
      assertOpen();
      return underWay.track(call());
    },
    async close() {
      closing.abort();
      await underWay.settled();
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

import { PortError } from '@verifiedfan/ports';

/** Lets calls in until the owner closes, at most so many at once, and lets those under way end before the connections go. */
export type Lifecycle = {
  /** Aborts when closing begins: whoever waits ends. */
  readonly closing: AbortSignal;
  run<Answer>(call: () => Promise<Answer>): Promise<Answer>;
  assertOpen(): void;
  close(): Promise<void>;
};

export const createLifecycle = ({
  resource,
  mostUnderWay,
  end,
}: {
  resource: string;
  mostUnderWay: number;
  end: () => Promise<void>;
}): Lifecycle => {
  const closing = new AbortController();
  const underWay = new Set<Promise<unknown>>();
  const waiting: (() => void)[] = [];
  let free = mostUnderWay;

  const assertOpen = (): void => {
    if (closing.signal.aborted) throw new PortError({ code: 'closed', message: `${resource} is closed`, resource });
  };
  const enter = async (): Promise<void> => {
    if (free > 0) free--;
    else await new Promise<void>((resolve) => waiting.push(resolve));
  };
  // A place goes from hand to hand, so that nobody who comes later takes it.
  const leave = (): void => {
    const next = waiting.shift();
    if (next) next();
    else free++;
  };
  const admitted = async <Answer>(call: () => Promise<Answer>): Promise<Answer> => {
    await enter();
    try {
      return await call();
    } finally {
      leave();
    }
  };

  return {
    closing: closing.signal,
    assertOpen,
    async run(call) {
      assertOpen();
      const running = admitted(call);
      underWay.add(running);
      try {
        return await running;
      } finally {
        underWay.delete(running);
      }
    },
    async close() {
      closing.abort();
      while (underWay.size > 0) await Promise.allSettled(underWay);
      await end();
    },
  };
};

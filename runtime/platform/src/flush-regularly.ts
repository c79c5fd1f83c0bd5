import type { Clock, Metrics } from '@verifiedfan/ports';

export type FlushOptions = {
  metrics: Pick<Metrics, 'flush'>;
  clock: Clock;
  /** Between two flushes, in milliseconds. @default 60_000, as fine as CloudWatch keeps what it is told */
  everyMs?: number | undefined;
};

/** Hands measurements over now and then, for a process that lives long; `stop` does it once more. */
export const flushRegularly = ({ metrics, clock, everyMs = 60_000 }: FlushOptions): { stop(): Promise<void> } => {
  const stopping = new AbortController();
  const run = async (): Promise<void> => {
    for (;;) {
      await clock.sleep(everyMs, stopping.signal);
      if (stopping.signal.aborted) return;
      await metrics.flush();
    }
  };
  const running = run();
  return {
    async stop() {
      stopping.abort();
      await running;
      await metrics.flush();
    },
  };
};

import type { Clock } from '@verifiedfan/ports';

/** Work that is done again whenever somebody asks, or when the time has come that the last round named. */
export type Loop = {
  /** Resolves after the round under way when the signal aborts. */
  run(signal: AbortSignal): Promise<void>;
  /** Asks for a round that begins after this moment. */
  wake(): void;
  /** Whether a round is under way or asked for. */
  busy(): boolean;
};

export type LoopOptions = {
  clock: Clock;
  /** Answers how long to sleep, in milliseconds; infinity until somebody wakes it. */
  round: () => Promise<number>;
  /** Called whenever it falls asleep or ends. */
  onIdle: () => void;
};

export const createLoop = ({ clock, round, onIdle }: LoopOptions): Loop => {
  let isRunning = false;
  let isAsleep = false;
  let isWoken = false;
  let rise = (): void => undefined;

  const sleep = async (durationMs: number, signal: AbortSignal): Promise<void> => {
    if (isWoken || signal.aborted) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = new AbortController();
    rise = resolve;
    signal.addEventListener('abort', rise, { once: true });
    // No timer at all where nothing will ever be due by itself: an idle process is to stay idle.
    if (Number.isFinite(durationMs)) void clock.sleep(durationMs, timer.signal).then(resolve);
    isAsleep = true;
    onIdle();
    await promise;
    isAsleep = false;
    timer.abort();
    signal.removeEventListener('abort', rise);
  };

  return {
    async run(signal) {
      isRunning = true;
      while (!signal.aborted) {
        isWoken = false;
        await sleep(await round(), signal);
      }
      isRunning = false;
      onIdle();
    },
    wake() {
      isWoken = true;
      rise();
    },
    busy: () => isRunning && (isWoken || !isAsleep),
  };
};

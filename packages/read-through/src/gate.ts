import { ReadThroughError } from './errors.ts';

/** At most `maxRunning` at once and `maxWaiting` in line, in the order in which they came; who comes later is `overloaded`. */
export const createGate = ({ maxRunning, maxWaiting }: { maxRunning: number; maxWaiting: number }) => {
  const line: (() => void)[] = [];
  let running = 0;
  const enter = async (signal: AbortSignal): Promise<void> => {
    if (running < maxRunning) {
      running += 1;
      return;
    }
    if (line.length >= maxWaiting) throw new ReadThroughError('overloaded');
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const onAbort = (): void => {
      const place = line.indexOf(resolve);
      // Whoever has left the line already runs, and its work looks at the signal itself.
      if (place === -1) return;
      line.splice(place, 1);
      reject(new ReadThroughError('aborted', { cause: signal.reason }));
    };
    signal.addEventListener('abort', onAbort, { once: true });
    line.push(resolve);
    await promise;
    signal.removeEventListener('abort', onAbort);
  };
  return {
    async run<Answer>(work: () => Promise<Answer>, signal: AbortSignal): Promise<Answer> {
      await enter(signal);
      try {
        return await work();
      } finally {
        // The place goes to the next in line, or is free.
        const next = line.shift();
        if (next === undefined) running -= 1;
        else next();
      }
    },
  };
};

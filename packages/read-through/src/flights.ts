import { ReadThroughError } from './errors.ts';

type Flight<Answer> = { answer: Promise<Answer>; passengers: number; stop: AbortController };

const untilAborted = (signal: AbortSignal): { aborted: Promise<never>; forget: () => void } => {
  const { promise, reject } = Promise.withResolvers<never>();
  const onAbort = (): void => reject(new ReadThroughError('aborted', { cause: signal.reason }));
  signal.addEventListener('abort', onAbort, { once: true });
  return { aborted: promise, forget: () => signal.removeEventListener('abort', onAbort) };
};

/**
 * One piece of work per key at a time, whoever asks for it. A caller that aborts leaves alone; when the last one has left, the work itself
 * is aborted.
 */
export const createFlights = <Answer>() => {
  const flights = new Map<string, Flight<Answer>>();

  const begin = (key: string, work: (signal: AbortSignal) => Promise<Answer>): Flight<Answer> => {
    const stop = new AbortController();
    const flight: Flight<Answer> = { answer: work(stop.signal), passengers: 0, stop };
    const land = (): void => {
      if (flights.get(key) === flight) flights.delete(key);
    };
    // Handles the rejection as well: its callers may all have left.
    flight.answer.then(land, land);
    flights.set(key, flight);
    return flight;
  };

  const leave = (key: string, flight: Flight<Answer>): void => {
    flight.passengers -= 1;
    if (flight.passengers > 0 || flights.get(key) !== flight) return;
    flights.delete(key);
    flight.stop.abort();
  };

  return {
    async join(
      key: string,
      work: (signal: AbortSignal) => Promise<Answer>,
      signal: AbortSignal | undefined,
    ): Promise<Answer> {
      if (signal?.aborted) throw new ReadThroughError('aborted', { cause: signal.reason });
      const flight = flights.get(key) ?? begin(key, work);
      flight.passengers += 1;
      if (signal === undefined) return flight.answer;
      const { aborted, forget } = untilAborted(signal);
      try {
        return await Promise.race([flight.answer, aborted]);
      } finally {
        forget();
        leave(key, flight);
      }
    },
    /** Those who come from now on for such a key begin anew; those under way end as they would have. */
    forget(prefix: string): void {
      for (const key of flights.keys()) if (key.startsWith(prefix)) flights.delete(key);
    },
  };
};

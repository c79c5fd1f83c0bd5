import type { Clock, Random } from '@verifiedfan/ports';

/** A clock whose sleeps are over at once, unless the test holds them; it notes how long they would have been. */
export const patientClock = () => {
  const slept: number[] = [];
  let held: Promise<void> | undefined;
  const clock: Clock = {
    now: () => 0,
    sleep: async (durationMs, signal) => {
      slept.push(durationMs);
      const aborted = new Promise<void>((resolve) =>
        signal?.addEventListener('abort', () => resolve(), { once: true }),
      );
      await Promise.race([held, ...(held ? [aborted] : [])]);
    },
  };
  return {
    ...clock,
    slept,
    /** Keeps sleepers asleep until the returned function is called. */
    hold(): () => void {
      const gate = Promise.withResolvers<void>();
      held = gate.promise;
      return gate.resolve;
    },
  };
};

export const steadyRandom = (value: number): Random => ({
  next: () => value,
  uuid: () => '00000000-0000-4000-8000-000000000000',
  bytes: (count) => new Uint8Array(count),
});

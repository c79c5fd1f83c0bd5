/** Runs a call when all earlier calls that share a key with it have ended. */
export type Turns = <Answer>(keys: Iterable<string>, run: () => Promise<Answer>) => Promise<Answer>;

/**
 * Keeps the order of keys over calls that overlap. Calls without a common key do not wait for each other, and since a call waits only for
 * calls that were made before it, none waits for ever. What an earlier call answered does not matter: its caller has been told.
 */
export const createTurns = (): Turns => {
  const lastOf = new Map<string, Promise<void>>();
  return (keys, run) => {
    const mine = new Set(keys);
    const earlier = new Set<Promise<void>>();
    for (const key of mine) {
      const last = lastOf.get(key);
      if (last !== undefined) earlier.add(last);
    }
    const running = Promise.all(earlier).then(run);
    const ended: Promise<void> = running.then(
      () => leave(),
      () => leave(),
    );
    const leave = (): void => {
      for (const key of mine) if (lastOf.get(key) === ended) lastOf.delete(key);
    };
    for (const key of mine) lastOf.set(key, ended);
    return running;
  };
};

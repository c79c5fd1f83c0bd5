/** Runs a call when there is a place for it, in the order in which calls came. */
export type Door = <Answer>(call: () => Promise<Answer>) => Promise<Answer>;

/** Lets so many calls in at once. */
export const createDoor = (places: number): Door => {
  const waiting: (() => void)[] = [];
  let free = places;
  return async (call) => {
    if (free > 0) free -= 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await call();
    } finally {
      // A place goes from hand to hand, so that nobody who comes later takes it.
      const next = waiting.shift();
      if (next) next();
      else free += 1;
    }
  };
};

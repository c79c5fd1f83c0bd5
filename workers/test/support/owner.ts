/** What a test, a suite or a history offers to be told of its end. */
export type Owner = { after(cleanUp: () => void | Promise<void>): void };

/** An owner inside of a test, whose things are closed before the test ends; hundreds of histories would pile up otherwise. */
export const createOwner = (): Owner & { end(): Promise<void> } => {
  const cleanUps: (() => void | Promise<void>)[] = [];
  return {
    after(cleanUp) {
      cleanUps.push(cleanUp);
    },
    async end() {
      for (const cleanUp of cleanUps.toReversed()) await cleanUp();
    },
  };
};

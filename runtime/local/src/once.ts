/**
 * Runs `make` at the first call, and again only after it has failed; every other call gets the same. `started` waits for it if it was begun,
 * and gives undefined when it was not, or failed.
 */
export const once = <T>(make: () => Promise<T>): (() => Promise<T>) & { started(): Promise<T | undefined> } => {
  let made: Promise<T> | undefined;
  const get = (): Promise<T> => {
    made ??= make().catch((error: unknown) => {
      made = undefined;
      throw error;
    });
    return made;
  };
  return Object.assign(get, { started: async () => made?.catch(() => undefined) });
};

/** The same for each name. */
export const oncePerName = <T>(make: (name: string) => Promise<T>): ((name: string) => Promise<T>) => {
  const made = new Map<string, () => Promise<T>>();
  return (name) => {
    const get = made.get(name) ?? once(() => make(name));
    made.set(name, get);
    return get();
  };
};

/** Runs all steps in order, whatever fails, and then throws the first error: what is closed half-way must not keep the rest open. */
export const runAll = async (steps: readonly (() => Promise<unknown>)[]): Promise<void> => {
  const errors: unknown[] = [];
  for (const step of steps) await step().catch((error: unknown) => errors.push(error));
  if (errors.length > 0) throw errors[0];
};

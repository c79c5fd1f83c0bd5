export type ShrinkOptions<Operation> = {
  /** A sequence that fails. */
  operations: readonly Operation[];
  /** Answers whether a shorter one still fails. */
  fails: (operations: readonly Operation[]) => Promise<boolean>;
  /** Answers false when there is no time left for another try. */
  goOn: () => boolean;
};

/**
 * Leaves out what is not needed to fail: ever smaller parts, until no single operation can go, or time is over (Zeller's delta debugging,
 * without its tests of the parts alone, because a difference mostly needs its last operation).
 */
export const shrink = async <Operation>({
  operations,
  fails,
  goOn,
}: ShrinkOptions<Operation>): Promise<readonly Operation[]> => {
  let smallest = operations;
  let part = Math.ceil(smallest.length / 2);
  while (smallest.length > 1 && goOn()) {
    let shrunk = false;
    for (let start = 0; start < smallest.length && goOn(); ) {
      const shorter = [...smallest.slice(0, start), ...smallest.slice(start + part)];
      if (shorter.length > 0 && (await fails(shorter))) {
        smallest = shorter;
        shrunk = true;
      } else {
        start += part;
      }
    }
    if (!shrunk && part === 1) break;
    if (!shrunk || part > smallest.length) part = Math.max(1, Math.floor(part / 2));
  }
  return smallest;
};

/** An operation with one element of one of its lists left out, in every way. */
const thinner = <Operation>(operation: Operation): Operation[] => {
  if (typeof operation !== 'object' || operation === null) return [];
  return Object.entries(operation).flatMap(([name, list]: [string, unknown]) =>
    Array.isArray(list) && list.length > 1
      ? list.map((_, index): Operation => ({ ...operation, [name]: list.toSpliced(index, 1) }))
      : [],
  );
};

/** Leaves out of the operations themselves what is not needed to fail: actions, messages, keys. */
export const shrinkInside = async <Operation>({
  operations,
  fails,
  goOn,
}: ShrinkOptions<Operation>): Promise<readonly Operation[]> => {
  let smallest = operations;
  for (let index = 0; index < smallest.length; ) {
    let shrunk = false;
    for (const operation of thinner(smallest[index])) {
      if (operation === undefined || !goOn()) break;
      const smaller = smallest.with(index, operation);
      shrunk = await fails(smaller);
      if (shrunk) smallest = smaller;
      if (shrunk) break;
    }
    if (!shrunk) index += 1;
  }
  return smallest;
};

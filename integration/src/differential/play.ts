import { isDeepStrictEqual } from 'node:util';
import { type Answer, answerOf } from './answer.ts';

/** One of the two drivers, behind a function that plays operations on it and answers what the port promises, and nothing else. */
export type Side<Operation> = {
  play(operation: Operation): Promise<unknown>;
  /** What is left at the end: rows, changes, depths. */
  settle(): Promise<unknown>;
  close(): Promise<void>;
};

export type Pair<Operation> = { embedded: Side<Operation>; server: Side<Operation> };

/** Where the two answered differently; `operation` is undefined when it was only seen at the end. */
export type Difference<Operation> = {
  index: number;
  operation: Operation | undefined;
  embedded: Answer;
  server: Answer;
};

/** What the server does otherwise than the service it stands for; exactly this is tolerated. */
export type KnownDifference<Operation> = {
  name: string;
  /** Why it is the server's own: documentation of the service, or what was seen. */
  evidence: string;
  /** A short sequence that ends in it. Once the two agree there, the test fails and the entry can go. */
  example: readonly Operation[];
  covers(difference: Difference<Operation>): boolean;
};

export type PlayOptions<Operation> = {
  open: () => Promise<Pair<Operation>>;
  operations: readonly Operation[];
  known?: readonly KnownDifference<Operation>[] | undefined;
};

const closeBoth = async <Operation>({ embedded, server }: Pair<Operation>): Promise<void> => {
  await Promise.all([embedded.close(), server.close()]);
};

const both = async <Operation>(
  { embedded, server }: Pair<Operation>,
  ask: (side: Side<Operation>) => Promise<unknown>,
): Promise<[Answer, Answer]> => Promise.all([answerOf(() => ask(embedded)), answerOf(() => ask(server))]);

/** Plays operations one after the other on a new pair of drivers, until the first difference that nobody explained. */
export const play = async <Operation>({
  open,
  operations,
  known = [],
}: PlayOptions<Operation>): Promise<Difference<Operation> | undefined> => {
  const pair = await open();
  try {
    for (let index = 0; index <= operations.length; index += 1) {
      const operation = operations[index];
      const [embedded, server] = await both(pair, (side) =>
        operation === undefined ? side.settle() : side.play(operation),
      );
      // An error that is none of the port is a fault, also where both have it.
      if (isDeepStrictEqual(embedded, server) && !('broken' in embedded)) continue;
      const difference = { index, operation, embedded, server };
      if (!known.some((each) => each.covers(difference))) return difference;
    }
    return undefined;
  } finally {
    await closeBoth(pair);
  }
};

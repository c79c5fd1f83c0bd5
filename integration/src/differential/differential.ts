import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import { createDice, type Dice } from './dice.ts';
import { type Difference, type KnownDifference, type Pair, play } from './play.ts';
import { shrink, shrinkInside } from './shrink.ts';

export type DifferentialOptions<Operation> = {
  /** Registers a test; `it` of node:test. */
  it: (name: string, test: () => Promise<void>) => unknown;
  /** What is compared, such as `a table on DynamoDB Local`. */
  title: string;
  /** Makes the maker of operations; what they depend on is the dice and nothing else. */
  generator: (dice: Dice) => () => Operation;
  open: () => Promise<Pair<Operation>>;
  operations: number;
  seeds: readonly number[];
  /** Operations after which both begin anew, where what piles up would make each of them slower. @default never */
  chapter?: number | undefined;
  /** Sequences that differed once, as a failure printed them. */
  regressions?: Readonly<Record<string, readonly Operation[]>> | undefined;
  known?: readonly KnownDifference<Operation>[] | undefined;
  /** Longest search for a smaller sequence. @default 60_000 */
  shrinkMs?: number | undefined;
};

const show = (value: unknown): string => inspect(value, { depth: 8, breakLength: 140, maxStringLength: 2_000 });

const describe = <Operation>(
  { embedded, server, operation }: Difference<Operation>,
  sequence: readonly Operation[],
): string =>
  [
    operation === undefined ? 'differs in what is left at the end' : `differs in ${show(operation)}`,
    `embedded: ${show(embedded)}`,
    `server:   ${show(server)}`,
    `smallest sequence found, ${sequence.length} operations: ${JSON.stringify(sequence)}`,
  ].join('\n');

/** Plays a sequence; when the two differ, looks for a smaller sequence that differs too, and throws with it. */
export const compareDrivers = async <Operation>(
  operations: readonly Operation[],
  { open, known, shrinkMs = 60_000 }: Pick<DifferentialOptions<Operation>, 'open' | 'known' | 'shrinkMs'>,
): Promise<void> => {
  const first = await play({ open, operations, known });
  if (first === undefined) return;
  const endsAtMs = performance.now() + shrinkMs;
  let latest = first;
  const options = {
    goOn: () => performance.now() < endsAtMs,
    async fails(shorter: readonly Operation[]) {
      const difference = await play({ open, operations: shorter, known });
      if (difference !== undefined) latest = difference;
      return difference !== undefined;
    },
  };
  const fewest = await shrink({ operations: operations.slice(0, first.index + 1), ...options });
  const smallest = await shrinkInside({ operations: fewest, ...options });
  const where = `operation ${first.index} of ${operations.length} (${JSON.stringify(first.operation) ?? 'the end'}) differs`;
  assert.fail(`${where}; a smaller sequence ${describe(latest, smallest)}`);
};

/** Fails when a known difference is not there any more, or is another one. */
const assertStillThere = async <Operation>(
  { example, covers }: KnownDifference<Operation>,
  open: () => Promise<Pair<Operation>>,
): Promise<void> => {
  const difference = await play({ open, operations: example });
  assert.ok(difference !== undefined, 'both answer the same now: take it off the list');
  assert.ok(covers(difference), `it became another one: it ${describe(difference, example)}`);
};

/**
 * Registers one test per seed, per regression and per known difference: but for the last ones the embedded driver and a real server have to
 * answer the same.
 */
export const differential = <Operation>(options: DifferentialOptions<Operation>): void => {
  const { it, title, generator, operations, seeds, open } = options;
  const { chapter = operations, regressions = {}, known = [] } = options;
  for (const [name, sequence] of Object.entries(regressions))
    it(`${title} again: ${name}`, () => compareDrivers(sequence, options));
  for (const each of known) it(`${title}, known: ${each.name}`, () => assertStillThere(each, open));
  for (const seed of seeds) {
    it(`${title}: ${operations} operations, seed ${seed}`, async () => {
      const next = generator(createDice(`${title} ${seed}`));
      for (let played = 0; played < operations; played += chapter)
        await compareDrivers(Array.from({ length: Math.min(chapter, operations - played) }, next), options);
    });
  }
};

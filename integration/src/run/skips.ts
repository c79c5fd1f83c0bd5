import { readFileSync, writeFileSync } from 'node:fs';

/** A case that a server cannot answer, and why; the whole list is committed. */
export type Skip = {
  /** The test file, from `integration/test`, and the names of the suites around the case. */
  suite: string;
  case: string;
  reason: string;
};

const idOf = (skip: Skip): string => JSON.stringify([skip.suite, skip.case, skip.reason]);

const compare = (a: Skip, b: Skip): number => {
  const [first, second] = [idOf(a), idOf(b)];
  return first < second ? -1 : Number(first > second);
};

const isSkip = (value: unknown): value is Skip =>
  typeof value === 'object' &&
  value !== null &&
  ['suite', 'case', 'reason'].every((key) => typeof (value as Record<string, unknown>)[key] === 'string');

/** Reads the committed list; throws a TypeError when it is no list of skips. */
export const readSkips = (file: string): Skip[] => {
  const value: unknown = JSON.parse(readFileSync(file, 'utf8'));
  if (!Array.isArray(value) || !value.every(isSkip))
    throw new TypeError(`${file} is no list of { suite, case, reason }`);
  return value;
};

export const writeSkips = (file: string, skips: readonly Skip[]): void =>
  writeFileSync(file, `${JSON.stringify(skips.toSorted(compare), null, 2)}\n`);

/** Whether a skip belongs to a test file, given from `integration/test`. */
const isOf = ({ suite }: Skip, file: string): boolean => suite === file || suite.startsWith(`${file} › `);

/** The committed skips of the files that were run; those of others cannot be seen in this run. */
export const skipsOf = (skips: readonly Skip[], files: readonly string[]): Skip[] =>
  skips.filter((skip) => files.some((file) => isOf(skip, file)));

export type SkipDifferences = { added: Skip[]; vanished: Skip[]; withoutReason: Skip[] };

/** What differs between the committed skips and those of a run. A changed reason is both. */
export const compareSkips = (committed: readonly Skip[], seen: readonly Skip[]): SkipDifferences => {
  const known = new Set(committed.map(idOf));
  const found = new Set(seen.map(idOf));
  return {
    added: seen.filter((skip) => !known.has(idOf(skip))),
    vanished: committed.filter((skip) => !found.has(idOf(skip))),
    withoutReason: seen.filter(({ reason }) => reason.trim() === ''),
  };
};

export const isSame = ({ added, vanished, withoutReason }: SkipDifferences): boolean =>
  added.length + vanished.length + withoutReason.length === 0;

/** The committed list after a run with `--update-skips`: skips of files that were not run stay as they are. */
export const mergeSkips = (committed: readonly Skip[], files: readonly string[], seen: readonly Skip[]): Skip[] => {
  const replaced = new Set(skipsOf(committed, files));
  return [...committed.filter((skip) => !replaced.has(skip)), ...seen];
};

import type { ActionResult, Condition, Item, JsonObject, JsonValue, Put, Table, Update } from '@verifiedfan/ports';
import { sameContent, sameJson } from './content.ts';
import { asError, IdempotencyError } from './errors.ts';
import { writeEach } from './write-each.ts';

/**
 * The version guard: a row only ever moves to a newer version, so records may arrive in any order and any number of times, and the row ends
 * as the newest of them. A version is one or more attributes, the most significant first: (scoredAt, load, line).
 */
export type Version = readonly (readonly [attribute: string, value: number | string])[];

/** Holds for a missing row and for one whose stored version is lower; attributes of another type never are. */
export const olderThan = (version: Version): Condition => {
  const [first, ...rest] = version;
  if (first === undefined) throw new IdempotencyError('misuse', 'a version has at least one attribute');
  return { any: [{ absent: first[0] }, lowerThan(first, rest)] };
};

const lowerThan = (first: Version[number], rest: Version): Condition => {
  const [second, ...others] = rest;
  if (second === undefined) return { less: first };
  return { any: [{ less: first }, { all: [{ equals: first }, lowerThan(second, others)] }] };
};

export type GuardedWrite =
  /** There was no row. */
  | { outcome: 'created' }
  /** The row has new content. */
  | { outcome: 'updated'; old: Item }
  /** The content was there already: under the same version (a redelivery), or only the version moved. */
  | { outcome: 'unchanged' }
  /** A newer version is stored, or the same version with other content; nothing was written. */
  | { outcome: 'refused'; stored: Item | undefined }
  | { outcome: 'failed'; error: Error };

export type WriteNewerOptions = {
  table: Table;
  /** Whole rows, or updates of some attributes; each sets all attributes of its version. Their order does not matter. */
  actions: readonly (Omit<Put, 'condition'> | Omit<Update, 'condition' | 'add'>)[];
  /** The attributes of the version, the most significant first. */
  version: readonly [string, ...string[]];
  /** Attributes that differ between attempts without being a change, such as the time of the write. */
  ignore?: readonly string[];
};

type Guardable = WriteNewerOptions['actions'][number];

const writtenBy = (action: Guardable): Readonly<JsonObject> =>
  'put' in action ? action.put : { ...action.setIfAbsent, ...action.set };

const versionOf = (action: Guardable, names: readonly string[]): Version =>
  names.map((name) => {
    const value = writtenBy(action)[name];
    if (typeof value !== 'number' && typeof value !== 'string') {
      throw new IdempotencyError('misuse', `the version attribute ${name} is neither a number nor a string`);
    }
    return [name, value] as const;
  });

const sameAfter = (action: Guardable, stored: Item, ignored: ReadonlySet<string>): boolean => {
  if ('put' in action) return sameContent(stored, action.put, ignored);
  const same = ([name, value]: [string, JsonValue]) => ignored.has(name) || sameJson(stored[name], value);
  const kept = Object.keys(action.setIfAbsent ?? {}).every((name) => ignored.has(name) || stored[name] !== undefined);
  return (
    Object.entries(action.set ?? {}).every(same) &&
    kept &&
    (action.remove ?? []).every((name) => stored[name] === undefined)
  );
};

const classify = (
  action: Guardable,
  version: Version,
  result: ActionResult,
  ignore: readonly string[],
): GuardedWrite => {
  if (result.outcome === 'failed') return result;
  const ignored = new Set([...version.map(([name]) => name), ...ignore]);
  if (result.outcome === 'applied') {
    if (result.old === undefined) return { outcome: 'created' };
    return sameAfter(action, result.old, ignored) ? { outcome: 'unchanged' } : { outcome: 'updated', old: result.old };
  }
  const stored = result.item;
  const sameVersion = stored !== undefined && version.every(([name, value]) => stored[name] === value);
  return sameVersion && sameAfter(action, stored, ignored) ? { outcome: 'unchanged' } : { outcome: 'refused', stored };
};

/**
 * Writes each row if its version is newer than the stored one, and says per row what became of it, in order. A row with the same content
 * under a newer version is written too, so that its version moves. Never throws for what a single row or the table does wrong;
 * throws `misuse` when an action lacks an attribute of the version.
 */
export const writeNewer = async ({
  table,
  actions,
  version,
  ignore = [],
}: WriteNewerOptions): Promise<GuardedWrite[]> => {
  const versions = actions.map((action) => versionOf(action, version));
  const guarded = actions.map((action, index) => ({ ...action, condition: olderThan(versions[index] ?? []) }));
  const results = await writeEach(table, guarded);
  return actions.map((action, index) => {
    const result = results[index] ?? { outcome: 'failed', error: asError(undefined) };
    return classify(action, versions[index] ?? [], result, ignore);
  });
};

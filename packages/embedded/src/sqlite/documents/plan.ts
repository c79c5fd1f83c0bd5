import type { FindOptions } from '@verifiedfan/ports';
import { type CompiledFilter, type Constraint, type IndexedScalar, idsOf } from './filter.ts';
import { encodeValue, type IndexValue, NOTHING } from './index-keys.ts';
import type { IndexTable } from './index-table.ts';

export type Sort = NonNullable<FindOptions['sort']>;

/** How candidates are found. They are more than the filter wants at most, never fewer. */
export type Plan =
  | { kind: 'ids'; ids: readonly IndexedScalar[] }
  | {
      kind: 'index';
      index: IndexTable;
      /** Conditions and order over the index table. */
      clauses: string;
      values: readonly IndexValue[];
      /** Rows come in the wanted order. */
      sorted: boolean;
      /** The candidates are exactly what the filter wants. */
      exact: boolean;
    }
  | { kind: 'scan' };

type IndexPlan = Extract<Plan, { kind: 'index' }>;
type Draft = { conditions: string[]; values: IndexValue[]; equalities: number; single: number; ranged: boolean };

const TEXT_START = `''`;
const BYTES_START = `x''`;

const isText = (value: unknown): boolean => typeof value === 'string';

/** A partial index holds every document that the filter wants only when the filter asks its guard for text. */
const coversGuard = (guard: string | undefined, constraints: CompiledFilter['constraints']): boolean => {
  if (guard === undefined) return true;
  const { equals, low, high } = constraints.get(guard) ?? {};
  return (equals?.length !== 0 && equals?.every(isText)) || isText(low?.value) || isText(high?.value);
};

/** Lists are padded to a power of two, so that a few prepared statements serve all lengths. */
const padded = (values: readonly IndexedScalar[]): IndexedScalar[] => {
  const length = 2 ** Math.ceil(Math.log2(values.length));
  return Array.from({ length }, (_hole, position) => values[Math.min(position, values.length - 1)] ?? '');
};

const addEquality = (draft: Draft, column: string, equals: readonly IndexedScalar[]): void => {
  if (equals.length === 1) {
    draft.conditions.push(`${column} = ?`);
    if (draft.single === draft.equalities) draft.single += 1;
    draft.values.push(encodeValue(equals[0]));
  } else {
    const all = padded(equals);
    draft.conditions.push(`${column} IN (${all.map(() => '?').join(', ')})`);
    for (const value of all) draft.values.push(encodeValue(value));
  }
  draft.equalities += 1;
};

// Comparisons hold inside one type only, so a missing limit becomes the edge of the type.
const addRange = (draft: Draft, column: string, { low, high }: Constraint, many: boolean): void => {
  const text = isText(low?.value ?? high?.value);
  if (low) {
    draft.conditions.push(`${column} ${low.inclusive ? '>=' : '>'} ?`);
    draft.values.push(encodeValue(low.value));
  } else {
    draft.conditions.push(text ? `${column} >= ${TEXT_START}` : `${column} > ?`);
    if (!text) draft.values.push(NOTHING);
  }
  // With arrays, one element may meet the lower limit and another one the upper.
  if (high && !(many && low)) {
    draft.conditions.push(`${column} ${high.inclusive ? '<=' : '<'} ?`);
    draft.values.push(encodeValue(high.value));
  } else {
    draft.conditions.push(`${column} < ${text ? BYTES_START : TEXT_START}`);
  }
  draft.ranged = true;
};

const sameType = ({ low, high }: Constraint): boolean => !low || !high || typeof low.value === typeof high.value;

const draftOf = (index: IndexTable, constraints: CompiledFilter['constraints']): Draft => {
  const draft: Draft = { conditions: [], values: [], equalities: 0, single: 0, ranged: false };
  for (const [position, [path]] of index.definition.fields.entries()) {
    const constraint = constraints.get(path);
    if (!constraint) break;
    const { equals, low, high } = constraint;
    if (equals && equals.length > 0) {
      addEquality(draft, `f${position}`, equals);
      continue;
    }
    if ((low || high) && sameType(constraint)) addRange(draft, `f${position}`, constraint, index.many);
    break;
  }
  return draft;
};

/** The order of the index read forwards (1) or backwards (-1), or undefined when it is not the wanted one. */
const directionFor = (index: IndexTable, fixed: number, sort: Sort): 1 | -1 | undefined => {
  if (index.many) return undefined;
  const { fields } = index.definition;
  const fixedPaths = new Set(fields.slice(0, fixed).map(([path]) => path));
  const wanted = sort.filter(([path]) => !fixedPaths.has(path));
  let direction: 1 | -1 | undefined;
  for (const [position, [path, wantedDirection]] of wanted.entries()) {
    const field = fields[fixed + position];
    if (!field || field[0] !== path) return undefined;
    const relative = field[1] === wantedDirection ? 1 : -1;
    if (direction !== undefined && direction !== relative) return undefined;
    direction = relative;
  }
  return direction ?? 1;
};

const orderOf = (index: IndexTable, direction: 1 | -1): string =>
  index.definition.fields
    .map(([, own], position) => `f${position} ${own * direction === 1 ? 'ASC' : 'DESC'}`)
    .join(', ');

const planIndex = (
  index: IndexTable,
  filter: CompiledFilter,
  sort: Sort,
): (IndexPlan & { score: number }) | undefined => {
  const { constraints, plain } = filter;
  if (!coversGuard(index.definition.onlyWhereString, constraints)) return undefined;
  const draft = draftOf(index, constraints);
  const direction = sort.length > 0 ? directionFor(index, draft.single, sort) : undefined;
  if (draft.equalities === 0 && !draft.ranged && direction === undefined) return undefined;
  const where = draft.conditions.length > 0 ? ` WHERE ${draft.conditions.join(' AND ')}` : '';
  const order = direction === undefined ? '' : ` ORDER BY ${orderOf(index, direction)}`;
  return {
    kind: 'index',
    index,
    clauses: where + order,
    values: draft.values,
    sorted: direction !== undefined,
    exact: plain && !index.many && draft.equalities === constraints.size,
    score: draft.equalities * 10 + (draft.ranged ? 5 : 0) + (direction === undefined ? 0 : 3),
  };
};

/** Chooses: by id, then the index that narrows most (an order that needs no sorting breaks ties), else all documents. */
export const planQuery = (indexes: readonly IndexTable[], filter: CompiledFilter, sort: Sort = []): Plan => {
  const ids = idsOf(filter);
  if (ids) return { kind: 'ids', ids };
  let best: (IndexPlan & { score: number }) | undefined;
  for (const index of indexes) {
    const plan = planIndex(index, filter, sort);
    if (plan && plan.score > (best?.score ?? 0)) best = plan;
  }
  return best ?? { kind: 'scan' };
};

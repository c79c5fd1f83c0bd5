import type { ActionResult, Check, Condition, Item, Table, TableAction, TableQuery } from '@verifiedfan/ports';
import type { TableSubject } from '../src/index.ts';

export type TableMutant = (subject: TableSubject) => TableSubject;

/** Exchanges methods of a sound table. */
export const on =
  (change: (table: Table) => Partial<Table>): TableMutant =>
  (subject) => ({ ...subject, table: { ...subject.table, ...change(subject.table) } });

/** Changes actions before they reach the table. */
export const actions = (change: (action: TableAction) => TableAction): TableMutant =>
  on((table) => ({ updateMany: (list) => table.updateMany(list.map(change)) }));

/** Changes answers after the writes were made. */
export const answers = (change: (result: ActionResult, action: TableAction | undefined) => ActionResult): TableMutant =>
  on((table) => ({
    updateMany: async (list) => (await table.updateMany(list)).map((result, index) => change(result, list[index])),
  }));

/** Changes what readers see. */
export const reads = (change: (item: Item | undefined) => Item | undefined): TableMutant =>
  on((table) => ({
    get: async (key) => change(await table.get(key)),
    getMany: async (keys) => (await table.getMany(keys)).map(change),
  }));

export const queries = (change: (query: TableQuery) => TableQuery): TableMutant =>
  on((table) => ({ query: (query) => table.query(change(query)) }));

/** Takes calls that should have been refused, and does nothing. */
export const lenient: TableMutant = on((table) => ({
  updateMany: (list) =>
    table.updateMany(list).catch(() => list.map(() => ({ outcome: 'applied', changed: true, old: undefined }))),
  getMany: (keys) => table.getMany(keys).catch(() => keys.map(() => undefined)),
  query: (query) => table.query(query).catch(() => ({ items: [] })),
  transact: (list, options) => table.transact(list, options).catch(() => ({ outcome: 'applied' })),
}));

/** Writes what it can of a call that should have been refused whole. */
export const oneByOne: TableMutant = on((table) => ({
  async updateMany(list) {
    const results: ActionResult[] = [];
    for (const action of list) results.push(...(await table.updateMany([action])));
    return results;
  },
}));

const replaceIn = (condition: Condition, change: (condition: Condition) => Condition): Condition => {
  if ('all' in condition) return change({ all: condition.all.map((inner) => replaceIn(inner, change)) });
  if ('any' in condition) return change({ any: condition.any.map((inner) => replaceIn(inner, change)) });
  if ('not' in condition) return change({ not: replaceIn(condition.not, change) });
  return change(condition);
};

/** Understands a kind of condition wrongly. */
export const conditions = (change: (condition: Condition) => Condition): TableMutant => {
  const inAction = <Action extends TableAction | Check>(action: Action): Action =>
    action.condition === undefined ? action : { ...action, condition: replaceIn(action.condition, change) };
  return on((table) => ({
    updateMany: (list) => table.updateMany(list.map(inAction)),
    transact: (list, options) => table.transact(list.map(inAction), options),
  }));
};

/** Takes one operator for another with operands of the same form. */
export const mistakes = (operator: string, other: string): TableMutant =>
  conditions((condition) =>
    operator in condition
      ? ({ [other]: (condition as Record<string, unknown>)[operator] } as unknown as Condition)
      : condition,
  );

/** Holds for all rows, or for none. */
export const ALWAYS: Condition = { any: [{ exists: 'PK' }, { absent: 'PK' }] };
export const NEVER: Condition = { all: [{ exists: 'PK' }, { absent: 'PK' }] };

const without = (action: TableAction): TableAction => {
  const { condition: _, ...rest } = action;
  return rest as TableAction;
};
export const unconditional: TableMutant = actions(without);

/** A new token for every call, so that nothing is ever recognised. */
export const tokenless: TableMutant = on((table) => {
  let calls = 0;
  return { transact: (list, { token }) => table.transact(list, { token: token && `${token.slice(0, 30)}${calls++}` }) };
});

import { isDeepStrictEqual } from 'node:util';
import type { ActionResult, Condition, Item, TableAction } from '@verifiedfan/ports';
import { rowName } from './support.ts';

/** The simplest table that can be: one action after the other on a map. It shares no code with the driver. */
export type Model = {
  rows: Map<string, Item>;
  apply(actions: readonly TableAction[]): ActionResult[];
  changes: number;
};

const holds = (condition: Condition | undefined, item: Item | undefined): boolean => {
  if (condition === undefined) return true;
  if ('absent' in condition) return item?.[condition.absent] === undefined;
  if ('exists' in condition) return item?.[condition.exists] !== undefined;
  if ('less' in condition) {
    const value = item?.[condition.less[0]];
    return typeof value === 'number' && value < Number(condition.less[1]);
  }
  if ('equals' in condition) return item?.[condition.equals[0]] === condition.equals[1];
  throw new Error('the model does not know this condition');
};

const next = (action: TableAction, old: Item | undefined): Item | undefined => {
  if ('put' in action) return action.put;
  if ('delete' in action) return undefined;
  const { PK, SK } = action.update;
  const item: Item = structuredClone(old) ?? { PK, SK };
  Object.assign(item, action.set);
  for (const [name, value] of Object.entries(action.setIfAbsent ?? {})) if (!(name in item)) item[name] = value;
  for (const [name, amount] of Object.entries(action.add ?? {})) item[name] = Number(old?.[name] ?? 0) + amount;
  for (const name of action.remove ?? []) delete item[name];
  return item;
};

export const createModel = (): Model => {
  const model: Model = {
    rows: new Map(),
    changes: 0,
    apply: (actions) =>
      actions.map((action): ActionResult => {
        const key = 'put' in action ? action.put : 'update' in action ? action.update : action.delete;
        const old = model.rows.get(rowName(key));
        if (!holds(action.condition, old)) return { outcome: 'refused', item: old };
        const item = next(action, old);
        const changed = !isDeepStrictEqual(old, item);
        if (item) model.rows.set(rowName(key), item);
        else model.rows.delete(rowName(key));
        if (changed) model.changes++;
        return { outcome: 'applied', changed, old };
      }),
  };
  return model;
};

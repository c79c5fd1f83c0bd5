import { invalid } from '../errors.ts';
import type { Item, Update } from '../table.ts';
import type { Prepared } from './action.ts';
import { decimalSum } from './decimal.ts';
import { sameJson } from './same-json.ts';

const added = (item: Item | undefined, name: string, amount: number): number => {
  const before = item && Object.hasOwn(item, name) ? item[name] : 0;
  if (typeof before !== 'number') throw invalid(`attribute ${name} is not a number, so nothing can be added to it`);
  const sum = decimalSum(before, amount);
  if (!(Math.abs(sum) < 1e126)) throw invalid(`attribute ${name} would leave the range of numbers`);
  return sum + 0; // -0 becomes 0, as it would through JSON
};

const updated = (old: Item | undefined, { update, set, setIfAbsent, add, remove }: Update): Item => {
  const item: Item = old ? { ...old } : { PK: update.PK, SK: update.SK };
  if (set) for (const name in set) item[name] = set[name] ?? null;
  if (setIfAbsent)
    for (const name in setIfAbsent) if (!Object.hasOwn(item, name)) item[name] = setIfAbsent[name] ?? null;
  if (add) for (const name in add) item[name] = added(old, name, add[name] ?? 0);
  if (remove) for (const name of remove) delete item[name];
  return item;
};

/**
 * The row after an action, undefined when there is none. The very object `old` comes back when the row stays as it was. Throws
 * `validation` where the action does not fit the row, such as adding to text.
 */
export const applyAction = (action: Prepared, old: Item | undefined): Item | undefined => {
  switch (action.kind) {
    case 'delete':
      return undefined;
    case 'check':
      return old;
    default: {
      const item = action.kind === 'put' ? action.item : updated(old, action.update);
      return old !== undefined && sameJson(old, item) ? old : item;
    }
  }
};

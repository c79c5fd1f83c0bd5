import type { Condition } from '../condition.ts';
import { invalid } from '../errors.ts';
import type { JsonValue } from '../json.ts';
import type { Check, Item, Key, TableAction, Update } from '../table.ts';
import { assertCondition } from './condition-grammar.ts';
import { assertItemSize, assertKey, assertName, checkAttributes, throughJson, type Walk } from './item.ts';

/** An action whose grammar and limits were checked. `rowKey` tells rows apart, in the words of the driver. */
export type Prepared = { readonly rowKey: string; readonly key: Key; readonly condition: Condition | undefined } & (
  | { readonly kind: 'put'; readonly item: Item }
  | { readonly kind: 'update'; readonly update: Update }
  | { readonly kind: 'delete' | 'check' }
);

/** What the actions of one call share while they are checked. */
type Preparing = { readonly walk: Walk; readonly rowKeyOf: (key: Key) => string };

const MAX_ACTIONS = 100;

const assertOnce = (names: Set<string>, name: string): void => {
  if (name === 'PK' || name === 'SK') throw invalid('an update cannot change a key attribute');
  if (names.has(name)) throw invalid('an update names an attribute twice');
  names.add(name);
};

const isSeveral = (update: Update): boolean =>
  Number(update.set !== undefined) +
    Number(update.setIfAbsent !== undefined) +
    Number(update.add !== undefined) +
    Number(update.remove !== undefined) >
  1;

const assertNames = (update: Update): void => {
  const { set, setIfAbsent, add, remove } = update;
  if (!isSeveral(update) && set) {
    // By far the commonest update, and an object cannot name an attribute twice.
    if (Object.hasOwn(set, 'PK') || Object.hasOwn(set, 'SK')) throw invalid('an update cannot change a key attribute');
    return;
  }
  const names = new Set<string>();
  for (const part of [set, setIfAbsent, add]) for (const name in part) assertOnce(names, name);
  for (const name of remove ?? []) {
    assertName(name);
    assertOnce(names, name);
  }
};

const normalized = <Attributes extends Readonly<Record<string, JsonValue>>>(
  attributes: Attributes | undefined,
  walk: Walk,
): Attributes | undefined => {
  if (!attributes) return attributes;
  walk.differs = false;
  checkAttributes(attributes, walk);
  return walk.differs ? throughJson(attributes) : attributes;
};

const assertAdditions = (add: Readonly<Record<string, number>> | undefined): void => {
  for (const name in add)
    if (typeof add[name] !== 'number') throw invalid(`only a number can be added to attribute ${name}`);
};

const prepareUpdate = (update: Update, { walk, rowKeyOf }: Preparing): Prepared => {
  const key = { PK: update.update.PK, SK: update.update.SK };
  assertKey(key);
  assertNames(update);
  assertAdditions(update.add);
  walk.mostBytes = 0;
  const set = normalized(update.set, walk);
  const setIfAbsent = normalized(update.setIfAbsent, walk);
  const add = normalized(update.add, walk);
  const same = set === update.set && setIfAbsent === update.setIfAbsent && add === update.add;
  const clean = same
    ? update
    : { ...update, ...(set && { set }), ...(setIfAbsent && { setIfAbsent }), ...(add && { add }) };
  return { kind: 'update', rowKey: rowKeyOf(key), key, condition: update.condition, update: clean };
};

const preparePut = (item: Item, condition: Condition | undefined, { walk, rowKeyOf }: Preparing): Prepared => {
  if (typeof item !== 'object' || item === null) throw invalid('put needs an item');
  const key = { PK: item.PK, SK: item.SK };
  assertKey(key);
  walk.mostBytes = 0;
  const clean = normalized(item, walk) ?? item;
  assertItemSize(clean, walk.mostBytes);
  return { kind: 'put', rowKey: rowKeyOf(key), key, condition, item: clean };
};

const prepare = (action: TableAction | Check, preparing: Preparing): Prepared => {
  if (action.condition !== undefined) assertCondition(action.condition);
  if ('put' in action) return preparePut(action.put, action.condition, preparing);
  if ('update' in action) return prepareUpdate(action, preparing);
  const isDelete = 'delete' in action;
  if (!isDelete && !('check' in action)) throw invalid('an action is a put, an update, a delete or a check');
  const { PK, SK } = isDelete ? action.delete : action.check;
  assertKey({ PK, SK });
  if (!isDelete && action.condition === undefined) throw invalid('a check needs a condition');
  return {
    kind: isDelete ? 'delete' : 'check',
    rowKey: preparing.rowKeyOf({ PK, SK }),
    key: { PK, SK },
    condition: action.condition,
  };
};

/** Checks all actions before any of them is applied; throws `validation` or `too_large` for the first that is wrong. */
const prepareAll = (actions: readonly (TableAction | Check)[], rowKeyOf: (key: Key) => string): Prepared[] => {
  const preparing = { walk: { mostBytes: 0, differs: false }, rowKeyOf };
  return actions.map((action) => prepare(action, preparing));
};

/** Checks the actions of `updateMany`; throws `validation` or `too_large` for the first that is wrong. */
export const prepareUpdates = (actions: readonly TableAction[], rowKeyOf: (key: Key) => string): Prepared[] => {
  const prepared = prepareAll(actions, rowKeyOf);
  if (prepared.some(({ kind }) => kind === 'check')) throw invalid('a check belongs into a transaction');
  return prepared;
};

/** Checks the actions and the token of `transact`; throws `validation` or `too_large` for the first that is wrong. */
export const prepareTransaction = (
  actions: readonly (TableAction | Check)[],
  { token, rowKeyOf }: { token: unknown; rowKeyOf: (key: Key) => string },
): Prepared[] => {
  if (typeof token !== 'string' || token === '' || token.length > 36 || !token.isWellFormed()) {
    throw invalid('a token is text of 1 to 36 characters');
  }
  if (actions.length < 1 || actions.length > MAX_ACTIONS) throw invalid('a transaction has 1 to 100 actions');
  const prepared = prepareAll(actions, rowKeyOf);
  if (new Set(prepared.map(({ rowKey }) => rowKey)).size !== prepared.length) {
    throw invalid('a transaction names a row twice');
  }
  return prepared;
};

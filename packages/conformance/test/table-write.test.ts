import { it } from 'node:test';
import type { Item, TableAction } from '@verifiedfan/ports';
import { registerMutants } from '../src/suite.ts';
import { tableOutcomeCases } from '../src/table-outcome-cases.ts';
import { tableWriteCases } from '../src/table-write-cases.ts';
import { openTable } from './open.ts';
import { actions, answers, lenient, on, oneByOne, reads, type TableMutant, unconditional } from './table-mutants.ts';

const applied = { outcome: 'applied', changed: true, old: undefined } as const;

/** Reads a row and writes it back, in two steps. */
const readThenWrite: TableMutant = on((table) => ({
  async updateMany(list) {
    const results = [];
    for (const action of list) {
      if ('update' in action && action.add) {
        const old = await table.get(action.update);
        const sums = Object.entries(action.add).map(([name, amount]) => [name, Number(old?.[name] ?? 0) + amount]);
        results.push(...(await table.updateMany([{ update: action.update, set: Object.fromEntries(sums) }])));
      } else results.push(...(await table.updateMany([action])));
    }
    return results;
  },
}));
const checkThenWrite: TableMutant = on((table) => ({
  async updateMany(list) {
    const [action] = list;
    if (!action || !('put' in action) || !action.condition) return table.updateMany(list);
    const there = await table.get(action.put);
    return there ? [{ outcome: 'refused', item: there }] : table.updateMany([{ put: action.put }]);
  },
}));

const part = (name: 'set' | 'setIfAbsent' | 'add' | 'remove') =>
  actions((action) => {
    if (!('update' in action)) return action;
    const { [name]: _, ...rest } = action;
    return rest;
  });
const asPut = actions((action) => ('update' in action ? { put: { ...action.update, ...action.set } } : action));
const asUpdate = actions((action) => {
  if (!('put' in action)) return action;
  const { PK, SK, ...set } = action.put;
  return { update: { PK, SK }, set };
});
const keepsEmptyOut = on((table) => ({
  updateMany: (list) =>
    table.updateMany(
      list.map((action): TableAction => ('update' in action && !action.set ? { delete: action.update } : action)),
    ),
}));

registerMutants({
  title: 'table writes',
  cases: [...tableWriteCases, ...tableOutcomeCases],
  it,
  ...openTable,
  mutants: {
    'returns a row as it was put, with values of every kind': {
      'loses rows': reads(() => undefined),
      'drops null': reads(
        (item) => item && (Object.fromEntries(Object.entries(item).filter(([, value]) => value !== null)) as Item),
      ),
      'stores numbers as text': actions((action) =>
        'put' in action ? { put: { ...action.put, half: '-0.5' } } : action,
      ),
    },
    'answers undefined for a row that does not exist': {
      'answers an empty row': reads((item) => item ?? { PK: '', SK: '' }),
    },
    'answers many keys in their order, missing and repeated ones too': {
      'answers in another order': on((table) => ({ getMany: async (keys) => (await table.getMany(keys)).reverse() })),
      'leaves missing rows out': on((table) => ({
        getMany: async (keys) => (await table.getMany(keys)).filter((item) => item),
      })),
      'answers a hundred at most': on((table) => ({ getMany: (keys) => table.getMany(keys.slice(0, 100)) })),
    },
    'replaces a row whole on put': { 'keeps attributes that a put does not name': asUpdate },
    'leaves attributes alone that an update does not name': {
      'replaces the row': asPut,
      ...Object.fromEntries(
        (['set', 'setIfAbsent', 'add', 'remove'] as const).map((name) => [`ignores ${name}`, part(name)]),
      ),
    },
    'creates a missing row on update, also one that only removes': { 'creates rows by set only': keepsEmptyOut },
    'sets with setIfAbsent only where the attribute is missing': {
      'overwrites with setIfAbsent': actions((action) =>
        'update' in action ? { update: action.update, set: { ...action.set, ...action.setIfAbsent } } : action,
      ),
    },
    'adds to numbers, and counts a missing one as 0': {
      'sets instead of adding': actions((action) =>
        'update' in action ? { update: action.update, set: action.add ?? {} } : action,
      ),
    },
    'adds in decimals': {
      'adds in binary': reads((item) => (item?.n === 0.3 ? { ...item, n: 0.1 + 0.2 } : item)),
    },
    'removes attributes, missing ones without complaint': {
      'keeps removed attributes': part('remove'),
      'sets them to null': actions((action) =>
        'update' in action
          ? { update: action.update, set: Object.fromEntries((action.remove ?? []).map((name) => [name, null])) }
          : action,
      ),
    },
    'deletes rows, and a missing row is no error': {
      'does not delete': on((table) => ({
        updateMany: async (list) => ('put' in (list[0] ?? {}) ? table.updateMany(list) : [applied]),
      })),
      'refuses to delete what is not there': actions((action) =>
        'delete' in action ? { ...action, condition: { exists: 'PK' } } : action,
      ),
      'ignores the condition of a delete': unconditional,
    },
    'applies actions on one row in their order': {
      'applies them from the end': on((table) => ({
        updateMany: async (list) => (await table.updateMany(list.toReversed())).reverse(),
      })),
    },
    'hands back the row before the write': {
      'never knows what was before': answers((result) =>
        result.outcome === 'applied' ? { ...result, old: undefined } : result,
      ),
      'hands back the row after it': on((table) => ({
        async updateMany(list) {
          const results = await table.updateMany(list);
          const now = await table.get({ PK: 'campaign:a', SK: 'member:1' });
          return results.map((result) => ({ ...result, old: now }));
        },
      })),
    },
    'says when a write left the row as it was': {
      'calls every write a change': answers((result) => ({ ...applied, ...result, changed: true })),
      'calls no write a change': answers((result) => ({ ...applied, ...result, changed: false })),
      'compares the text of rows': answers((result, action) =>
        result.outcome === 'applied' && action && 'put' in action
          ? { ...result, changed: JSON.stringify(result.old) !== JSON.stringify(action.put) }
          : result,
      ),
    },
    'refuses alone the action whose condition does not hold, and shows the row that refused': {
      'ignores conditions': unconditional,
      'does not show the row': answers((result) =>
        result.outcome === 'refused' ? { ...result, item: undefined } : result,
      ),
      'stops at the first refusal': on((table) => ({
        updateMany: (list) => table.updateMany(list.length > 1 ? list.slice(0, 1) : list),
      })),
    },
    'fails alone the action that does not fit its row': {
      throws: answers((result) => {
        if (result.outcome === 'failed') throw result.error;
        return result;
      }),
      'calls it applied': answers((result) => (result.outcome === 'failed' ? applied : result)),
    },
    'writes nothing of a call in which one action is wrong in itself': {
      'writes what came before it': oneByOne,
      'takes anything': lenient,
    },
    'loses no update when calls overlap': { 'reads and writes in two steps': readThenWrite },
    'lets one of many callers create a row': { 'looks and writes in two steps': checkThenWrite },
  },
});

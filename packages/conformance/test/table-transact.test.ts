import { it } from 'node:test';
import type { Check, TableAction, TransactResult } from '@verifiedfan/ports';
import { registerMutants } from '../src/suite.ts';
import { tableTransactCases } from '../src/table-transact-cases.ts';
import { openTable } from './open.ts';
import { lenient, on, type TableMutant, tokenless } from './table-mutants.ts';

type Actions = readonly (TableAction | Check)[];

/** Writes one action after the other and answers as a transaction would. */
const partly: TableMutant = on((table) => ({
  async transact(list): Promise<TransactResult> {
    const writes = list.filter((action): action is TableAction => !('check' in action));
    const results = await table.updateMany(writes);
    const reasons = results.map(({ outcome }) => (outcome === 'refused' ? 'condition' : null));
    return reasons.some((reason) => reason)
      ? { outcome: 'refused', reasons: [null, ...reasons] }
      : { outcome: 'applied' };
  },
}));

const changing = (change: (actions: Actions) => Actions): TableMutant =>
  on((table) => ({ transact: (list, options) => table.transact(change(list), options) }));

const outcomes = (change: (result: TransactResult) => TransactResult): TableMutant =>
  on((table) => ({ transact: async (list, options) => change(await table.transact(list, options)) }));

/** Remembers tokens itself. */
const remembering = (isOver: (calls: number) => boolean, onlyApplied = true): TableMutant =>
  on((table) => {
    const known = new Set<string>();
    let calls = 0;
    return {
      async transact(list, { token }) {
        calls++;
        if (known.has(token) && !isOver(calls)) return { outcome: 'applied' };
        const result = await table.transact(list, { token: `${token}${calls}` });
        if (!onlyApplied || result.outcome === 'applied') known.add(token);
        return result;
      },
    };
  });

const without = (action: TableAction | Check): TableAction | Check => {
  if ('check' in action) return { check: action.check, condition: { any: [{ exists: 'PK' }, { absent: 'PK' }] } };
  const { condition: _, ...rest } = action;
  return rest as TableAction;
};

registerMutants({
  title: 'table transactions',
  cases: tableTransactCases,
  it,
  ...openTable,
  mutants: {
    'applies all actions of a transaction': {
      'applies the first alone': changing((list) => list.slice(0, 1)),
      'applies nothing': on(() => ({ transact: async () => ({ outcome: 'applied' }) })),
    },
    'writes nothing when one condition does not hold, and says which': {
      'writes one action after the other': partly,
      'names the wrong action': outcomes((result) =>
        result.outcome === 'refused' ? { ...result, reasons: result.reasons.toReversed() } : result,
      ),
      'blames all': outcomes((result) =>
        result.outcome === 'refused' ? { ...result, reasons: result.reasons.map(() => 'condition') } : result,
      ),
    },
    'tells of an action that does not fit its row even where a condition of another one does not hold': {
      'tells of conditions alone': on((table) => ({
        transact: (list, options) =>
          table.transact(list, options).catch(() => ({ outcome: 'refused', reasons: ['condition', null] })),
      })),
    },
    'checks rows without writing them': {
      'ignores checks': changing((list) => list.map(without)),
      'writes what it checks': on((table) => ({
        async transact(list, options) {
          const result = await table.transact(list, options);
          for (const action of list) if ('check' in action) await table.updateMany([{ put: action.check }]);
          return result;
        },
      })),
    },
    'writes once for one token': { 'does not look at the token': tokenless },
    'refuses a token that was used with other actions': {
      'does not look at the actions': remembering(() => false),
      'does not look at the token': tokenless,
    },
    'forgets a token after ten minutes': {
      'remembers it for ever': remembering(() => false),
      'forgets it at once': tokenless,
    },
    'does not use up the token of a refused transaction': {
      'remembers refused ones too': remembering(() => false, false),
    },
    'takes 1 to 100 actions on distinct rows, and a token of 1 to 36 characters': {
      'takes anything': lenient,
      'takes 99 actions': changing((list) => list.slice(0, 99)),
    },
    'takes checks in transactions only': {
      'takes them everywhere': lenient,
      'takes no transaction of checks alone': changing((list) => list.filter((action) => !('check' in action))),
    },
  },
});

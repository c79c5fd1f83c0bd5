import { it } from 'node:test';
import { type Key, PortError } from '@verifiedfan/ports';
import { registerMutants } from '../src/suite.ts';
import { tableConditionCases } from '../src/table-condition-cases.ts';
import { tableLimitCases } from '../src/table-limit-cases.ts';
import { openTable } from './open.ts';
import { ALWAYS, actions, conditions, lenient, mistakes, NEVER, on, type TableMutant } from './table-mutants.ts';

/** Refuses rows that a rule of the mutant does not like. */
const refusing = (
  isWrong: (key: Key & Record<string, unknown>) => boolean,
  code: 'validation' | 'too_large' = 'validation',
): TableMutant =>
  actions((action) => {
    const row = 'put' in action ? action.put : 'update' in action ? action.update : action.delete;
    if (isWrong(row)) throw new PortError({ code, message: 'refused' });
    return action;
  });

/** Joins both halves of a key with a separator that may occur in them. */
const joined: TableMutant = on((table) => {
  const join = ({ PK, SK }: Key): Key => {
    const [head = '', ...rest] = `${PK}\u0000${SK}`.split('\u0000');
    return { PK: head, SK: rest.join('\u0000') || '-' };
  };
  return {
    updateMany: (list) =>
      table.updateMany(
        list.map((action) => ('put' in action ? { put: { ...action.put, ...join(action.put) } } : action)),
      ),
    getMany: (keys) => table.getMany(keys.map(join)),
  };
});

registerMutants({
  title: 'table limits',
  cases: tableLimitCases,
  it,
  ...openTable,
  mutants: {
    'takes keys up to their limits in bytes and refuses others': {
      'takes any key': lenient,
      'refuses the longest partition key': refusing(({ PK }) => Buffer.byteLength(PK) >= 2_048),
      'refuses the longest sort key': refusing(({ SK }) => Buffer.byteLength(SK) >= 1_024),
    },
    'keeps keys apart that look alike': {
      'joins both halves without escaping': joined,
      'drops U+0000': actions((action) =>
        'put' in action ? { put: { ...action.put, PK: action.put.PK.replaceAll('\u0000', '') } } : action,
      ),
    },
    'takes items up to 400 KB, counted in bytes with their names': {
      'takes items of any size': lenient,
      'counts the syntax of JSON too': refusing(
        (item) => Buffer.byteLength(JSON.stringify(item)) > 409_600,
        'too_large',
      ),
      'calls it validation': on((table) => ({
        updateMany: (list) =>
          table.updateMany(list).catch(() => {
            throw new PortError({ code: 'validation', message: 'refused' });
          }),
      })),
    },
    'takes values nested up to 32 levels': {
      'takes any depth': lenient,
      'takes 31 levels': refusing((item) => JSON.stringify(item).split(/[[{]/).length > 32),
    },
    'refuses values that JSON cannot hand back': { 'takes what it is given': lenient },
    'refuses an update that names an attribute twice or changes a key': { 'takes the update': lenient },
  },
});

const collapsed = (operator: string, other: 'low' | 'high'): TableMutant =>
  conditions((condition) => {
    if (!('between' in condition)) return condition;
    const [name, low, high] = condition.between;
    return other === 'low' ? { greaterOrEqual: [name, low] } : ({ [operator]: [name, high] as const } as never);
  });
const holdsWhere = (operator: string, type: 'missing' | 'other'): TableMutant =>
  conditions((condition) => {
    const [name] = (condition as unknown as Record<string, readonly [string]>)[operator] ?? [];
    if (name === undefined) return condition;
    return type === 'missing' ? { any: [{ absent: name }, condition] } : { exists: name };
  });

registerMutants({
  title: 'table conditions',
  cases: tableConditionCases,
  it,
  ...openTable,
  mutants: {
    'compares with equals and notEquals by type and value': {
      'ignores the value of equals': mistakes('equals', 'notEquals'),
      'ignores the value of notEquals': mistakes('notEquals', 'equals'),
      'compares numbers with their text': conditions((condition) =>
        'equals' in condition
          ? { any: [condition, { equals: [condition.equals[0], Number(condition.equals[1])] }] }
          : condition,
      ),
    },
    'orders numbers and text, ends included where the name says so': {
      'includes the end of less': mistakes('less', 'lessOrEqual'),
      'leaves out the end of lessOrEqual': mistakes('lessOrEqual', 'less'),
      'includes the end of greater': mistakes('greater', 'greaterOrEqual'),
      'leaves out the end of greaterOrEqual': mistakes('greaterOrEqual', 'greater'),
      'ignores the upper end of between': collapsed('', 'low'),
      'ignores the lower end of between': collapsed('lessOrEqual', 'high'),
      'leaves out the upper end of between': collapsed('less', 'high'),
    },
    'is false on missing attributes and on values of another type, except notEquals': {
      'asks notEquals for an attribute': conditions((condition) =>
        'notEquals' in condition ? { all: [{ exists: condition.notEquals[0] }, condition] } : condition,
      ),
      'takes a missing attribute for null': holdsWhere('equals', 'missing'),
      'takes a missing attribute for small': holdsWhere('less', 'missing'),
      'takes text for large': holdsWhere('greater', 'other'),
      'takes booleans for numbers': holdsWhere('lessOrEqual', 'other'),
      'takes null for 0': holdsWhere('between', 'other'),
      'compares loosely in oneOf': holdsWhere('oneOf', 'other'),
      'looks into numbers': holdsWhere('beginsWith', 'other'),
      'looks into maps': holdsWhere('contains', 'other'),
    },
    'knows which attributes exist, and takes no inherited name for one': {
      'takes null for missing': conditions((condition) =>
        'absent' in condition ? { any: [condition, { equals: [condition.absent, null] }] } : condition,
      ),
      'finds inherited names': conditions((condition) =>
        'exists' in condition && condition.exists in {} ? ALWAYS : condition,
      ),
      'misses rows without inherited names': conditions((condition) =>
        'absent' in condition && condition.absent in {} ? NEVER : condition,
      ),
    },
    'looks into text and lists': {
      'takes the first of oneOf only': conditions((condition) =>
        'oneOf' in condition ? { equals: [condition.oneOf[0], condition.oneOf[1][0] ?? null] } : condition,
      ),
      'looks for the beginning anywhere': mistakes('beginsWith', 'contains'),
      'looks for a part at the beginning': mistakes('contains', 'beginsWith'),
    },
    'combines conditions with all, any and not': {
      'takes all for any': mistakes('all', 'any'),
      'takes any for all': mistakes('any', 'all'),
      'ignores not': conditions((condition) => ('not' in condition ? condition.not : condition)),
    },
    'compares text by its UTF-8 bytes': { 'compares UTF-16 units': mistakes('less', 'greater') },
    'sees no attribute on a missing row': {
      'takes the key for an attribute': conditions((condition) => ('exists' in condition ? ALWAYS : condition)),
      'takes the key for a value': mistakes('notEquals', 'equals'),
    },
    'refuses a condition that is not one': {
      'takes anything': lenient,
    },
  },
});

import type {
  Check,
  Condition,
  JsonValue,
  Key,
  Scalar,
  SortKeyClause,
  TableAction,
  TableQuery,
} from '@verifiedfan/ports';
import type { Dice } from '../../../src/index.ts';

/** What is played on a table. Data only, so that a failing sequence can be printed, and pasted as a regression. */
export type TableOperation =
  | { updateMany: TableAction[] }
  | { transact: (TableAction | Check)[]; token: string }
  | { getMany: Key[] }
  /** All pages of it. */
  | { query: TableQuery }
  | { scan: { limit?: number } }
  /** An item of so many bytes, as DynamoDB counts them. */
  | { putBytes: { key: Key; bytes: number } }
  /** So many transactions at once, each adding 1 to the same row: as many as are applied are counted. */
  | { race: number };

const PARTITIONS = ['campaign:a', 'campaign:a\u0000', 'ü'] as const;
const SORT_KEYS = ['a', 'a#1', 'a#10', 'a#2', 'A', 'b', '\ufffd', '🎟', 'a\u0000', '~'] as const;
/** With names that are reserved words in DynamoDB, and such as need placeholders. */
const NAMES = ['n', 'n', 'size', 'a.b', '#x', 'ä', 'list', 'constructor'] as const;
/** Never added to: sums of their values have more digits than a JSON number holds, of which DynamoDB keeps 38. */
const WIDE = 'ä';
const TEXTS = ['', 'a', 'ab', 'b', '\ufffd', '🎟', '5'] as const;
const NUMBERS = [0, 1, -1, 5, 0.1, 0.2, -2.5, 123456789.123] as const;
const WIDE_NUMBERS = [1e20, 9007199254740991, 1e-7, -1.5e125, 1e-130, 0.30000000000000004] as const;

type Makers = {
  key: () => Key;
  action: () => TableAction;
  condition: () => Condition;
  query: () => TableQuery;
};

const createValues = (dice: Dice) => {
  const scalar = (): Scalar =>
    dice.weighted<Scalar>([
      [4, () => dice.pick(NUMBERS)],
      [4, () => dice.pick(TEXTS)],
      [1, () => dice.chance(0.5)],
      [1, () => null],
    ]);
  const value = (depth = 0): JsonValue =>
    dice.chance(depth > 1 ? 1 : 0.75)
      ? scalar()
      : dice.chance(0.5)
        ? dice.several(0, 3, () => value(depth + 1))
        : Object.fromEntries(dice.several(0, 2, () => [dice.pick(NAMES), value(depth + 1)]));
  const named = (name: string = dice.pick(NAMES)): [string, JsonValue] => [
    name,
    name === WIDE && dice.chance(0.5) ? dice.pick(WIDE_NUMBERS) : value(),
  ];
  const attributes = (most: number): Record<string, JsonValue> =>
    Object.fromEntries(dice.several(0, most, () => named()));
  return { scalar, named, attributes };
};

const createConditions = (dice: Dice, scalar: () => Scalar): (() => Condition) => {
  // A comparison of order takes numbers and text alone: that others are refused is one of the invalid calls.
  const ordered = (): string | number => (dice.chance(0.5) ? dice.pick(NUMBERS) : dice.pick(TEXTS));
  const between = (): [string | number, string | number] => {
    const [low, high] = [dice.pick(NUMBERS), dice.pick(NUMBERS)].sort((a, b) => a - b) as [number, number];
    return dice.chance(0.7) ? [low, high] : ['a', 'b'];
  };
  const name = (): string => (dice.chance(0.1) ? dice.pick(['PK', 'SK', 'missing']) : dice.pick(NAMES));
  const condition = (depth = 0): Condition =>
    dice.weighted<Condition>([
      [2, () => ({ exists: name() })],
      [2, () => ({ absent: name() })],
      [2, () => ({ equals: [name(), scalar()] })],
      [2, () => ({ notEquals: [name(), scalar()] })],
      [1, () => ({ less: [name(), ordered()] })],
      [1, () => ({ lessOrEqual: [name(), ordered()] })],
      [1, () => ({ greater: [name(), ordered()] })],
      [1, () => ({ greaterOrEqual: [name(), ordered()] })],
      [1, () => ({ between: [name(), ...between()] })],
      [1, () => ({ oneOf: [name(), dice.several(1, 4, scalar)] })],
      [1, () => ({ beginsWith: [name(), dice.pick(TEXTS)] })],
      [1, () => ({ contains: [name(), scalar()] })],
      [depth > 1 ? 0 : 1, () => ({ all: dice.several(2, 3, () => condition(depth + 1)) })],
      [depth > 1 ? 0 : 1, () => ({ any: dice.several(2, 3, () => condition(depth + 1)) })],
      [depth > 1 ? 0 : 1, () => ({ not: condition(depth + 1) })],
    ]);
  return () => condition();
};

const createActions = (dice: Dice, { key, condition }: Pick<Makers, 'key' | 'condition'>) => {
  const { named, attributes } = createValues(dice);
  const maybe = (): { condition?: Condition } => (dice.chance(0.4) ? { condition: condition() } : {});
  const update = (): TableAction => {
    const names = [...new Set(dice.several(1, 4, () => dice.pick(NAMES)))];
    const of = (part: number): string[] => names.filter((_, index) => index % 4 === part);
    const shift = dice.below(4);
    const at = (part: number): string[] => of((part + shift) % 4);
    const adds = at(2).filter((name) => name !== WIDE);
    return {
      update: key(),
      ...(at(0).length > 0 && { set: Object.fromEntries(at(0).map((name) => named(name))) }),
      ...(at(1).length > 0 && { setIfAbsent: Object.fromEntries(at(1).map((name) => named(name))) }),
      ...(adds.length > 0 && { add: Object.fromEntries(adds.map((name) => [name, dice.pick(NUMBERS)])) }),
      ...(at(3).length > 0 && { remove: at(3) }),
      ...maybe(),
    };
  };
  return (): TableAction =>
    dice.weighted<TableAction>([
      [3, () => ({ put: { ...attributes(4), ...key() }, ...maybe() })],
      [5, update],
      [2, () => ({ delete: key(), ...maybe() })],
    ]);
};

const createQueries = (dice: Dice, condition: () => Condition): (() => TableQuery) => {
  const between = (): [string, string] => {
    const [one, other] = [dice.pick(SORT_KEYS), dice.pick(SORT_KEYS)];
    return Buffer.compare(Buffer.from(one), Buffer.from(other)) <= 0 ? [one, other] : [other, one];
  };
  const clause = (): SortKeyClause =>
    dice.pick<() => SortKeyClause>([
      () => ({ equals: dice.pick(SORT_KEYS) }),
      () => ({ beginsWith: dice.pick(SORT_KEYS) }),
      () => ({ between: between() }),
      () => ({ less: dice.pick(SORT_KEYS) }),
      () => ({ lessOrEqual: dice.pick(SORT_KEYS) }),
      () => ({ greater: dice.pick(SORT_KEYS) }),
      () => ({ greaterOrEqual: dice.pick(SORT_KEYS) }),
    ])();
  const filter = (): Condition => {
    // A filter may not name the key; that it is refused is one of the invalid calls.
    let made = condition();
    while (/"(PK|SK)"/.test(JSON.stringify(made))) made = condition();
    return made;
  };
  return () => ({
    PK: dice.pick(PARTITIONS),
    ...(dice.chance(0.7) && { SK: clause() }),
    ...(dice.chance(0.4) && { limit: dice.pick([1, 2, 3, 100]) }),
    ...(dice.chance(0.4) && { reverse: dice.chance(0.8) }),
    ...(dice.chance(0.3) && { filter: filter() }),
  });
};

/** Calls that are wrong in themselves. */
const createInvalid = (dice: Dice, { key, action, condition }: Makers): (() => TableOperation) => {
  const untyped = (operation: unknown): TableOperation => operation as TableOperation;
  const one = (wrong: unknown): TableOperation => untyped({ updateMany: [action(), wrong] });
  const wrong: readonly [() => TableOperation, ...(() => TableOperation)[]] = [
    () => one({ update: key(), set: { n: 1 }, remove: ['n'] }),
    () => one({ update: key(), set: { SK: 'b' } }),
    () => one({ update: key(), add: { n: 'text' } }),
    () => one({ put: { PK: '', SK: 'a' } }),
    () => one({ put: { PK: 'a', SK: 'é'.repeat(513) } }),
    () => one({ put: { ...key(), n: 1e300 } }),
    () => one({ put: { ...key(), '': 1 } }),
    () => one({ put: key(), condition: { less: ['n', true] } }),
    () => one({ put: key(), condition: { between: ['n', 2, 1] } }),
    () => one({ put: key(), condition: { between: ['n', 1, 'a'] } }),
    () => one({ put: key(), condition: { oneOf: ['n', []] } }),
    () => one({ put: key(), condition: { all: [] } }),
    () => one({ put: key(), condition: { similar: ['n', 1] } }),
    () => one({ check: key(), condition: condition() }),
    () => untyped({ transact: [], token: 'empty' }),
    () => untyped({ transact: [{ delete: key() }], token: '' }),
    () => untyped({ transact: [{ delete: key() }], token: 'x'.repeat(37) }),
    () => untyped({ transact: [{ delete: { PK: 'a', SK: 'a' } }, { put: { PK: 'a', SK: 'a' } }], token: 'twice' }),
    () => untyped({ transact: [{ check: key() }], token: 'unconditional' }),
    () => untyped({ query: { PK: '' } }),
    () => untyped({ query: { PK: 'a', limit: 0 } }),
    () => untyped({ query: { PK: 'a', SK: { between: ['b', 'a'] } } }),
    () => untyped({ query: { PK: 'a', SK: { contains: 'a' } } }),
    () => untyped({ query: { PK: 'a', filter: { exists: 'SK' } } }),
    () => untyped({ query: { PK: 'a', cursor: 'none of yours' } }),
    () => untyped({ getMany: [key(), { PK: 'a', SK: '' }] }),
  ];
  return () => dice.pick(wrong)();
};

/** Makes operations on few rows, so that they meet. */
export const tableOperations = (dice: Dice): (() => TableOperation) => {
  const key = (): Key => ({ PK: dice.pick(PARTITIONS), SK: dice.pick(SORT_KEYS) });
  const condition = createConditions(dice, createValues(dice).scalar);
  const action = createActions(dice, { key, condition });
  const query = createQueries(dice, condition);
  const invalid = createInvalid(dice, { key, action, condition, query });
  const earlier: { transact: (TableAction | Check)[]; token: string }[] = [];
  let tokens = 0;

  const transact = (): TableOperation => {
    const made = dice.several(1, 4, () => (dice.chance(0.2) ? { check: key(), condition: condition() } : action())) as (
      | TableAction
      | Check
    )[];
    const rows = new Set<string>();
    const nameOf = (each: TableAction | Check): string => {
      const { PK, SK } =
        'put' in each ? each.put : 'update' in each ? each.update : 'delete' in each ? each.delete : each.check;
      return `${PK}\n${SK}`;
    };
    const actions = made.filter((each) => !rows.has(nameOf(each)) && rows.add(nameOf(each)));
    tokens += 1;
    const operation = { transact: actions, token: `token ${tokens}` };
    earlier.push(operation);
    return operation;
  };
  /** The same once more, or its token with other actions. */
  const repeat = (): TableOperation => {
    const operation = earlier.at(-1 - dice.below(5));
    if (operation === undefined) return transact();
    return dice.chance(0.7) ? operation : { ...operation, transact: [{ put: { ...key(), n: dice.below(1_000) } }] };
  };
  const bytes = (): number =>
    dice.weighted([
      [3, () => 100_000 + dice.below(150_000)],
      [2, () => 409_598 + dice.below(5)],
    ]);

  return () =>
    dice.weighted<TableOperation>([
      [40, () => ({ updateMany: dice.several(1, 6, action) })],
      [12, transact],
      [6, repeat],
      [8, () => ({ getMany: dice.several(1, 5, key) })],
      [25, () => ({ query: query() })],
      [1, () => ({ scan: dice.chance(0.5) ? {} : { limit: 1 + dice.below(5) } })],
      [6, invalid],
      [0.5, () => ({ putBytes: { key: { PK: 'large', SK: `${dice.below(8)}` }, bytes: bytes() } })],
      [0.7, () => ({ query: { PK: 'large', reverse: dice.chance(0.5) } })],
      [0.3, () => ({ race: 2 + dice.below(4) })],
    ]);
};

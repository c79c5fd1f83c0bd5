import type { Document, Filter, JsonObject, JsonValue, UpdateOperators } from '@verifiedfan/ports';
import type { Dice } from '../../../src/index.ts';

const SCALARS: readonly [JsonValue, ...JsonValue[]] = [
  null,
  0,
  1,
  2,
  3,
  -1,
  2.5,
  1e20,
  'a',
  'b',
  'ü',
  '',
  '1',
  true,
  false,
];
const NUMBERS = [0, 1, 2, -1, 2.5] as const;
const EMAILS = ['a@x', 'b@x', 'c@x', 'd@x', 'e@x'] as const;
const PATHS = ['n', 't', 'list', 'list', 'deep.k', 'deep', 'none', 'list.0', 'deep.k.z', 'padded'] as const;

/** Documents, filters and updates over few ids and fields, so that they meet. */
export const createValues = (dice: Dice) => {
  const scalar = (): JsonValue => dice.pick(SCALARS);
  const id = (): string => `id${dice.below(15)}`;
  const value = (): JsonValue =>
    dice.weighted<JsonValue>([
      [6, scalar],
      [1, () => dice.several(0, 3, scalar)],
      [1, () => ({ k: scalar() })],
      [1, () => dice.several(1, 2, () => ({ k: scalar(), n: dice.pick(NUMBERS) }))],
    ]);
  /**
   * No object, and below it the path `list.0` alone: names that are whole numbers come first in an object of JavaScript, whenever they were
   * set, and MongoDB compares objects by their first names.
   */
  const list = (): JsonValue => {
    let made = value();
    while (typeof made === 'object' && made !== null && !Array.isArray(made)) made = value();
    return made;
  };
  const fields = (): JsonObject => ({
    ...(dice.chance(0.8) && { n: dice.chance(0.9) ? scalar() : dice.several(0, 3, scalar) }),
    ...(dice.chance(0.7) && { t: value() }),
    ...(dice.chance(0.7) && { list: dice.chance(0.6) ? dice.several(0, 4, () => dice.pick(NUMBERS)) : list() }),
    ...(dice.chance(0.2) && { padded: dice.several(0, 3, () => dice.pick(NUMBERS)) }),
    ...(dice.chance(0.5) && { deep: { k: value() } }),
    ...(dice.chance(0.5) && {
      email: dice.chance(0.8)
        ? dice.pick(EMAILS)
        : dice.pick<JsonValue>([null, 1, {}, [], ['a@x', 'f@x'], [2, 'b@x'], [3]]),
    }),
  });
  const document = (): Document => ({ ...fields(), _id: id() });

  const limit = (): JsonValue => dice.pick<JsonValue>([0, 1, 2, 'a', 'b', '', true, null]);
  const clause = (): JsonValue =>
    dice.weighted<JsonValue>([
      [4, scalar],
      [1, value],
      [2, () => ({ [dice.pick(['$gt', '$gte', '$lt', '$lte'] as const)]: limit() })],
      [1, () => ({ $gte: dice.pick(NUMBERS), $lt: dice.pick(NUMBERS) })],
      [2, () => ({ [dice.pick(['$in', '$nin'] as const)]: dice.several(0, 3, scalar) })],
      [2, () => ({ $ne: scalar() })],
      [2, () => ({ $exists: dice.chance(0.5) })],
      [1, () => ({ $size: dice.below(4) })],
      [1, () => ({ $all: dice.several(1, 2, () => dice.pick(NUMBERS)) })],
      [1, () => ({ $type: dice.pick(['string', 'number', 'array', 'object', 'null', 'bool'] as const) })],
      [1, () => ({ $not: { $gt: dice.pick(NUMBERS) } })],
      // Null asks for arrays among the elements, too: see known-differences.ts.
      [1, () => ({ $elemMatch: { k: scalar() ?? 1 } })],
      [1, () => ({ $elemMatch: { $gte: dice.pick(NUMBERS), $lt: 3 } })],
      [1, () => ({ $mod: [2, dice.below(2)] })],
    ]);
  /** Null, and what is missing, behind the end of an array: see known-differences.ts. */
  const withoutNull = (): JsonValue => {
    let made = clause();
    while (JSON.stringify(made).includes('null')) made = clause();
    return made;
  };
  /** Two limits of an indexed field that may hold an array: see known-differences.ts. */
  const withoutTwoLimits = (): JsonValue => {
    let made = clause();
    while (/"\$gte":.*"\$lt":/.test(JSON.stringify(made))) made = clause();
    return made;
  };
  const simple = (): Filter =>
    Object.fromEntries(
      dice.several(1, 2, () => {
        const path = dice.pick(PATHS);
        return [path, path === 'list.0' ? withoutNull() : path === 'n' ? withoutTwoLimits() : clause()];
      }),
    );
  const filter = (): Filter =>
    dice.weighted<Filter>([
      [6, simple],
      [1, () => ({})],
      [2, () => ({ _id: id(), ...simple() })],
      [1, () => ({ _id: { $in: dice.several(0, 3, id) } })],
      [1, () => ({ _id: { $gte: id(), $lt: id() } })],
      [1, () => ({ $and: dice.several(1, 2, simple) })],
      [1, () => ({ $or: dice.several(1, 2, simple) })],
      [1, () => ({ $nor: dice.several(1, 2, simple) })],
      [1, () => ({ email: dice.pick(EMAILS) })],
    ]);
  /** Matches one document at most: which of several is changed is each engine's own choice. */
  const oneOf = (): Filter =>
    dice.weighted<Filter>([
      [6, () => ({ _id: id() })],
      [3, () => ({ _id: id(), ...simple() })],
      [1, () => ({ email: dice.pick(EMAILS) })],
    ]);

  const push = (): JsonValue =>
    dice.weighted<JsonValue>([
      [2, scalar],
      [1, () => ({ $each: dice.several(0, 3, () => dice.pick(NUMBERS)) })],
      [1, () => ({ $each: dice.several(0, 3, () => dice.pick(NUMBERS)), $slice: dice.pick([0, 2, -2] as const) })],
      [
        1,
        () => ({ $each: dice.several(1, 3, () => dice.pick(NUMBERS)), $sort: dice.pick([1, -1] as const), $slice: -3 }),
      ],
      [1, () => ({ $each: dice.several(1, 2, scalar), $position: dice.pick([0, 1, -1] as const) })],
    ]);
  const operators: readonly (readonly [number, () => UpdateOperators])[] = [
    [
      5,
      () => ({
        $set: { [dice.pick(['t', 'deep.k', 'deep', 'list.0', 'padded.2', 'x.y'] as const)]: value(), n: scalar() },
      }),
    ],
    [1, () => ({ $set: { list: list() } })],
    [2, () => ({ $set: { email: dice.pick(EMAILS) } })],
    [2, () => ({ $unset: { [dice.pick(['t', 'deep.k', 'list', 'email', 'none'] as const)]: '' } })],
    [3, () => ({ $inc: { [dice.pick(['n', 'deep.k', 'count', 'list.0'] as const)]: dice.pick(NUMBERS) } })],
    [1, () => ({ $mul: { [dice.pick(['n', 'count'] as const)]: dice.pick(NUMBERS) } })],
    [
      1,
      () => ({ [dice.pick(['$min', '$max'] as const)]: { [dice.pick(['n', 'count'] as const)]: dice.pick(NUMBERS) } }),
    ],
    [4, () => ({ $push: { [dice.pick(['list', 'deep.k', 't'] as const)]: push() } })],
    [2, () => ({ $addToSet: { list: dice.chance(0.5) ? scalar() : { $each: dice.several(0, 3, scalar) } } })],
    [2, () => ({ $pull: { list: dice.chance(0.5) ? scalar() : { $gte: dice.pick(NUMBERS) } } })],
    [1, () => ({ $pull: { t: { k: scalar() } } })],
    [1, () => ({ $pop: { list: dice.pick([1, -1] as const) } })],
    [1, () => ({ $rename: { t: 'renamed' } })],
    [2, () => ({ $setOnInsert: { created: scalar() }, $set: { seen: scalar() } })],
  ];
  const update = (): UpdateOperators =>
    dice.chance(0.8) ? dice.weighted(operators) : { ...dice.weighted(operators), ...dice.weighted(operators) };
  return { scalar, id, document, filter, oneOf, update };
};

export type Values = ReturnType<typeof createValues>;

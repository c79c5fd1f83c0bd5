import type { CollectionOperation, Document, Filter, FindOptions, TransactionStep } from '@verifiedfan/ports';
import type { Dice } from '../../../src/index.ts';
import { createValues, type Values } from './values.ts';

export type DatabaseOperation =
  /** Sorted by `_id` in the end, since no other order is promised among equals. */
  | { find: FindOptions }
  | { findOne: Filter; sort: NonNullable<FindOptions['sort']> }
  | { count: Filter }
  | { findById: string }
  | { findByIds: string[] }
  | { insertOne: Document }
  | { deleteOne: Filter }
  | { write: CollectionOperation[] }
  | { transact: TransactionStep[] };

const createWrites = (dice: Dice, { document, oneOf, update, id }: Values): (() => CollectionOperation) => {
  // With its id given, since an engine would make one of its own.
  const upserting = (): { filter: Filter; upsert?: boolean } =>
    dice.chance(0.3) ? { filter: { _id: id() }, upsert: true } : { filter: oneOf() };
  return () =>
    dice.weighted<CollectionOperation>([
      [4, () => ({ insertOne: { document: document() } })],
      [10, () => ({ updateOne: { ...upserting(), update: update() } })],
      [
        3,
        () => {
          const replacement = document();
          return { replaceOne: { filter: { _id: replacement._id }, replacement, upsert: dice.chance(0.5) } };
        },
      ],
      [1, () => ({ replaceOne: { filter: { _id: id() }, replacement: document() } })],
      [2, () => ({ deleteOne: { filter: oneOf() } })],
    ]);
};

/** Calls that are wrong in themselves. */
const createWrong = (dice: Dice, { id, document }: Values): (() => DatabaseOperation) => {
  const update = (operators: object): DatabaseOperation => ({
    write: [{ updateOne: { filter: { _id: id() }, update: operators as never } }],
  });
  const wrong: readonly [() => DatabaseOperation, ...(() => DatabaseOperation)[]] = [
    () => update({ $set: { _id: 'other' } }),
    () => update({ $unknown: { a: 1 } }),
    () => update({ plain: 1 }),
    () => update({}),
    () => update({ $inc: { n: 'text' } }),
    () => update({ $set: { a: 1 }, $inc: { a: 1 } }),
    () => update({ $set: { a: 1, 'a.b': 1 } }),
    () => update({ $push: { list: { $each: 1 } } }),
    () => update({ $set: { 'a..b': 1 } }),
    () => update({ $rename: { a: 'a' } }),
    () => ({ count: { n: { $unknown: 1 } } }),
    () => ({ count: { $and: [] } }),
    () => ({ count: { n: { $in: 1 } } }),
    () => ({ count: { $where: 'true' } }),
    () => ({ insertOne: { ...document(), _id: '' } }),
    () => ({ insertOne: { ...document(), _id: 'x'.repeat(513) } }),
    () => ({ insertOne: { ...document(), $field: 1 } }),
    () => ({ findById: '' }),
  ];
  return () => dice.pick(wrong)();
};

export const databaseOperations = (dice: Dice): (() => DatabaseOperation) => {
  const values = createValues(dice);
  const { id, document, filter, oneOf } = values;
  const write = createWrites(dice, values);
  const wrong = createWrong(dice, values);
  const direction = (): 1 | -1 => dice.pick([1, -1] as const);
  const sort = (): [string, 1 | -1][] => [
    ...dice
      .several(0, 2, (): [string, 1 | -1] => [dice.pick(['n', 't', 'list', 'deep.k', 'none'] as const), direction()])
      .filter(([name], index, all) => all.findIndex(([other]) => other === name) === index),
    ['_id', direction()],
  ];
  const step = (): TransactionStep => ({
    collection: 'fans',
    operation: write(),
    ...(dice.chance(0.5) && { expectMatched: dice.below(2) }),
  });
  return () =>
    dice.weighted<DatabaseOperation>([
      [
        30,
        () => ({
          find: {
            ...(dice.chance(0.9) && { filter: filter() }),
            sort: sort(),
            ...(dice.chance(0.3) && { limit: 1 + dice.below(4) }),
            ...(dice.chance(0.2) && { skip: dice.below(4) }),
          },
        }),
      ],
      [5, () => ({ findOne: filter(), sort: sort() })],
      [8, () => ({ count: filter() })],
      [3, () => ({ findById: id() })],
      [3, () => ({ findByIds: dice.several(0, 4, id) })],
      [10, () => ({ insertOne: document() })],
      [3, () => ({ deleteOne: oneOf() })],
      [25, () => ({ write: dice.several(1, 4, write) })],
      [8, () => ({ transact: dice.several(1, 4, step) })],
      [4, wrong],
    ]);
};

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Collection, Document, IndexDefinition, JsonObject, JsonValue } from '@verifiedfan/ports';
import { Query } from 'mingo';
import { createSeededRandom, openSqliteDatabase } from '../../src/index.ts';
import { createChoices } from '../support/random-walk.ts';

const STEPS = 250;

const INDEX_SETS: Readonly<Record<string, readonly IndexDefinition[]>> = {
  none: [],
  'one field each': [
    { name: 'n', fields: [['n', 1]] },
    { name: 't', fields: [['t', -1]] },
    { name: 'list', fields: [['list', 1]] },
    { name: 'deep', fields: [['deep.k', 1]] },
  ],
  'several fields': [
    {
      name: 'nt',
      fields: [
        ['n', 1],
        ['t', -1],
      ],
    },
    {
      name: 'tn',
      fields: [
        ['t', 1],
        ['n', 1],
      ],
      onlyWhereString: 't',
    },
    {
      name: 'ld',
      fields: [
        ['list', 1],
        ['n', 1],
      ],
    },
    { name: 'id', fields: [['_id', 1]] },
  ],
};

/** A plain filter and sort by mingo alone, over an array. */
const findPlainly = (all: ReadonlyMap<string, Document>, filter: JsonObject): Document[] => {
  const query = new Query(filter, {});
  return [...all.values()].filter((document) => query.test(document));
};

const byId = (documents: readonly Document[]): Document[] => [...documents].sort((a, b) => (a._id < b._id ? -1 : 1));

/** Without arrays, where an index would have to combine two of them: MongoDB refuses such documents, and so does the driver. */
const createGenerator = (seed: number, arrays: boolean) => {
  const { whole, chance, pick } = createChoices(createSeededRandom(seed));
  const scalar = (): JsonValue => pick<JsonValue>([null, 0, 1, 2, 3, -1, 2.5, 'a', 'b', 'c', '', '1', true, false]);
  const id = () => `id${whole(30)}`;
  const value = (): JsonValue =>
    !arrays || chance(0.75)
      ? scalar()
      : pick<JsonValue>([
          [],
          [scalar()],
          [scalar(), scalar()],
          [[scalar()]],
          { k: scalar() },
          [{ k: scalar() }, { k: scalar() }],
        ]);
  const fields = (): JsonObject => ({
    ...(chance(0.8) ? { n: value() } : {}),
    ...(chance(0.8) ? { t: value() } : {}),
    ...(chance(0.6) ? { list: chance(0.5) ? [scalar(), scalar()] : value() } : {}),
    ...(chance(0.6) ? { deep: { k: value() } } : {}),
  });
  const limit = (): JsonValue => pick<JsonValue>([0, 1, 2, 'a', 'b', -1]);
  const clause = (): JsonValue =>
    pick<() => JsonValue>([
      scalar,
      scalar,
      () => ({ $gt: limit() }),
      () => ({ $gte: limit(), $lt: limit() }),
      () => ({ $gt: pick([0, 1, 2]), $lte: pick([-1, 1, 2]) }),
      () => ({ $in: [scalar(), scalar(), scalar()] }),
      () => ({ $ne: scalar() }),
      () => ({ $exists: chance(0.5) }),
      () => ({ $eq: scalar() }),
    ])();
  const path = () => pick(['n', 't', 'list', 'list', 'deep.k', 'none']);
  const simple = (): JsonObject => ({ [path()]: clause(), ...(chance(0.5) ? { [path()]: clause() } : {}) });
  const filter = (): JsonObject =>
    pick<() => JsonObject>([
      simple,
      simple,
      () => ({ _id: id(), ...(chance(0.3) ? simple() : {}) }),
      () => ({ _id: { $in: [id(), id()] } }),
      () => ({ _id: { $gte: id(), $lt: id() } }),
      () => ({ $and: [simple(), simple()] }),
      () => ({ $or: [simple(), simple()], n: clause() }),
    ])();
  return { whole, chance, pick, id, fields, filter, scalar };
};

const assertSame = async (
  fans: Collection,
  model: ReadonlyMap<string, Document>,
  filter: JsonObject,
): Promise<void> => {
  const expected = byId(findPlainly(model, filter));
  assert.deepEqual(byId(await fans.find({ filter })), expected, JSON.stringify(filter));
  assert.equal(await fans.count(filter), expected.length, JSON.stringify(filter));
  for (const sort of [
    [['n', 1]],
    [['t', -1]],
    [
      ['n', 1],
      ['t', -1],
    ],
    [['_id', -1]],
  ] as const) {
    const sorted = await fans.find({ filter, sort });
    assert.deepEqual(byId(sorted), expected, 'a sort leaves nothing out');
    const few = await fans.find({ filter, sort, skip: 1, limit: 3 });
    assert.deepEqual(
      few.map((one) => sort.map(([name]) => one[name])),
      sorted.slice(1, 4).map((one) => sort.map(([name]) => one[name])),
    );
  }
};

const walk = async (seed: number, indexes: readonly IndexDefinition[]): Promise<void> => {
  const { chance, pick, id, fields, filter, scalar } = createGenerator(
    seed,
    indexes.every((index) => index.fields.length === 1),
  );
  const database = openSqliteDatabase({ location: ':memory:', random: createSeededRandom(seed) });
  const fans = database.collection<Document>('fans', { indexes });
  const model = new Map<string, Document>();

  const insert = async () => {
    const document = { _id: id(), ...fields() };
    const [result] = await fans.bulkWrite([{ insertOne: { document } }]);
    assert.equal(result?.outcome, model.has(document._id) ? 'failed' : 'done');
    if (!model.has(document._id)) model.set(document._id, document);
  };
  const replace = async () => {
    const replacement = { _id: id(), ...fields() };
    await fans.bulkWrite([{ replaceOne: { filter: { _id: replacement._id }, replacement, upsert: true } }]);
    model.set(replacement._id, replacement);
  };
  const update = async () => {
    const by = filter();
    const value = scalar();
    const name = pick(['n', 't', 'list']);
    const matching = findPlainly(model, by);
    const result = await fans.updateOne(by, { $set: { [name]: value, touched: `${seed}` } });
    assert.equal(result.outcome === 'done' && result.matched, Math.min(matching.length, 1), JSON.stringify(by));
    // Which of several it is, is not promised: the stored documents say it.
    for (const { _id } of matching) model.set(_id, (await fans.findById(_id)) as Document);
  };
  const remove = async () => {
    const by = filter();
    const matching = findPlainly(model, by);
    assert.equal(await fans.deleteOne(by), Math.min(matching.length, 1), JSON.stringify(by));
    for (const { _id } of matching) if (!(await fans.findById(_id))) model.delete(_id);
  };

  for (let step = 0; step < STEPS; step += 1) {
    await pick([insert, insert, replace, update, remove])();
    if (chance(0.4)) await assertSame(fans, model, filter());
  }
  await assertSame(fans, model, {});
  database.close();
};

describe('a collection against mingo over an array', () => {
  for (const [name, indexes] of Object.entries(INDEX_SETS)) {
    for (const seed of [11, 12, 13]) {
      it(`answers the same in a walk of ${STEPS} steps with indexes on ${name}, seed ${seed}`, () =>
        walk(seed, indexes));
    }
  }
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Document, Filter, IndexDefinition, JsonValue, UpdateOperators } from '@verifiedfan/ports';
import { createSeededRandom, openSqliteDatabase } from '../../src/index.ts';

const open = (indexes: readonly IndexDefinition[] = []) => {
  const database = openSqliteDatabase({ location: ':memory:', random: createSeededRandom(1) });
  return { fans: database.collection<Document>('fans', { indexes }), close: () => database.close() };
};

/** Whether a filter finds a document with this value in the field `a`; with no field when there is none. */
const finds = async (value: JsonValue | undefined, filter: Filter): Promise<boolean> => {
  const { fans, close } = open();
  await fans.insertOne({ _id: 'id', ...(value !== undefined && { a: value }) });
  const found = await fans.count(filter);
  close();
  return found === 1;
};

/** The field `a` after an update, or `validation`. */
const updated = async (value: JsonValue, update: UpdateOperators): Promise<JsonValue | undefined> => {
  const { fans, close } = open();
  await fans.insertOne({ _id: 'id', a: value });
  const result = await fans.updateOne({ _id: 'id' }, update);
  const after = await fans.findById('id');
  close();
  return result.outcome === 'failed' ? 'validation' : after?.a;
};

describe('filters, where the query library and MongoDB differ', () => {
  it('take no text for a number', async () => {
    assert.equal(await finds('1', { a: { $mod: [2, 1] } }), false);
    assert.equal(await finds(3.9, { a: { $mod: [2, 1] } }), true);
    assert.equal(await finds(['1', 1], { a: { $mod: [2, 1] } }), true);
  });

  it('ask a single value for all of one', async () => {
    assert.equal(await finds(1, { a: { $all: [1] } }), true);
    assert.equal(await finds([1, 2], { a: { $all: [1, 2] } }), true);
    assert.equal(await finds([1], { a: { $all: [1, 2] } }), false);
    assert.equal(await finds([1], { a: { $all: [] } }), false);
  });

  it('find null where a field is missing, but not in elements that cannot have it', async () => {
    for (const value of [undefined, null, {}, 4, { b: null }, [{ b: null }], [{ b: 3 }, {}]])
      assert.equal(await finds(value, { 'a.b': null }), true, JSON.stringify(value));
    for (const value of [[], [[]], [1], [{ b: 1 }], [null]])
      assert.equal(await finds(value, { 'a.b': null }), false, JSON.stringify(value));
    assert.equal(await finds([], { 'a.0': null }), false);
    assert.equal(await finds([[]], { a: { $elemMatch: { b: null } } }), true);
  });

  it('go into an array once', async () => {
    assert.equal(await finds([[1, 2]], { a: 1 }), false);
    assert.equal(await finds([[1, 2]], { a: [1, 2] }), true);
    assert.equal(await finds([[1, 2]], { 'a.0': 1 }), false);
    assert.equal(await finds([[5]], { a: { $elemMatch: { $gt: 1 } } }), false);
    assert.equal(await finds([[{ b: 5 }]], { a: { $elemMatch: { b: 5 } } }), false);
    assert.equal(await finds([5], { a: { $elemMatch: { $not: { $gt: 7 }, $ne: 4 } } }), true);
    assert.equal(await finds(['x'], { a: { $elemMatch: { $regex: '^x' } } }), true);
  });

  it('order values of one type only', async () => {
    assert.equal(await finds(null, { a: { $gte: null } }), true);
    assert.equal(await finds(undefined, { a: { $lte: null } }), true);
    assert.equal(await finds(5, { a: { $gte: null } }), false);
    assert.equal(await finds('5', { a: { $gt: 1 } }), false);
    assert.equal(await finds('🎟', { a: { $gt: '\ufffd' } }), true);
    assert.equal(await finds([1, 3], { a: { $gt: [1, 2] } }), true);
  });

  it('know the types of numbers that MongoDB’s own driver stores', async () => {
    for (const [value, type] of [
      [1, 'int'],
      [1, 16],
      [2 ** 31, 'double'],
      [1.5, ['string', 'double']],
      [['x'], 'string'],
      [['x'], 'array'],
      [null, 'null'],
      [{}, 'object'],
      [true, 8],
    ] as const)
      assert.equal(await finds(value as JsonValue, { a: { $type: type as JsonValue } }), true, String(type));
    assert.equal(await finds(undefined, { a: { $type: 'null' } }), false);
  });

  it('are refused when they are wrong in themselves, also where nothing is looked at', async () => {
    const wrong: JsonValue[] = [
      ...[{ $in: 1 }, { $in: [{ $gt: 1 }] }, { $nin: 'a' }, { $all: 1 }, { $size: -1 }, { $size: 'a' }, { $not: 1 }],
      ...[{ $mod: [2] }, { $mod: [0, 1] }, { $type: 'date' }, { $type: [] }, { $elemMatch: 1 }, { $unknown: 1 }],
    ];
    const { fans, close } = open();
    for (const clause of wrong)
      await assert.rejects(fans.count({ a: clause }), { code: 'validation' }, JSON.stringify(clause));
    close();
  });
});

describe('sorting', () => {
  it('has an empty array in front of null, and takes the smallest or the largest element of others', async () => {
    const { fans, close } = open();
    const values: Record<string, JsonValue> = { empty: [], null: null, two: [2, 9], three: 3, nested: [[]] };
    await fans.bulkWrite(Object.entries(values).map(([_id, a]) => ({ insertOne: { document: { _id, a } } })));
    const sorted = async (direction: 1 | -1) => (await fans.find({ sort: [['a', direction]] })).map(({ _id }) => _id);
    assert.deepEqual(await sorted(1), ['empty', 'null', 'two', 'three', 'nested']);
    assert.deepEqual(await sorted(-1), ['nested', 'two', 'three', 'null', 'empty']);
    close();
  });
});

describe('updates, where the query library and MongoDB differ', () => {
  it('take out of an array only objects that fit a filter, and what equals a value', async () => {
    assert.deepEqual(await updated([1, { k: null }, {}], { $pull: { a: { k: null } } }), [1]);
    assert.deepEqual(await updated([1, 5, '5'], { $pull: { a: { $gte: 5 } } }), [1, '5']);
    assert.deepEqual(await updated([1, [1], 1], { $pull: { a: 1 } }), [[1]]);
    assert.deepEqual(await updated([1, 2, { k: 1 }], { $pullAll: { a: [{ k: 1 }, 2] } }), [1]);
    assert.deepEqual(await updated([1, 2, 3], { $pop: { a: -1 } }), [2, 3]);
    assert.deepEqual(await updated([1, 2, 3], { $pop: { a: 1 } }), [1, 2]);
    assert.equal(await updated(1, { $pop: { a: 1 } }), 'validation');
    assert.equal(await updated(1, { $pull: { 'b.c': 1 } }), 1);
  });

  it('are refused when they are wrong in themselves, also where no document is found', async () => {
    const { fans, close } = open();
    const wrong: UpdateOperators[] = [
      ...[{ $inc: { a: 'text' } }, { $mul: { a: null } }, { $push: { a: { $each: 1 } } }, { $set: { 'a..b': 1 } }],
      ...[{ $push: { a: { $each: [], $slice: 'x' } } }, { $addToSet: { a: { $each: [], $slice: 1 } } }],
      ...[{ $pop: { a: 2 } }, { $pullAll: { a: 1 } }, { $rename: { a: 1 } }, { $rename: { a: 'a' } }],
    ];
    for (const update of wrong)
      assert.equal((await fans.updateOne({ _id: 'none' }, update)).outcome, 'failed', JSON.stringify(update));
    close();
  });
});

describe('an index of documents with text in a field', () => {
  const bySite: IndexDefinition = { name: 'site', fields: [['site', 1]], unique: true, onlyWhereString: 'site' };

  it('holds arrays with text, too, so that they are found and are unique', async () => {
    const { fans, close } = open([bySite]);
    await fans.insertOne({ _id: 'a', site: [2, 'x'] });
    assert.equal(await fans.count({ site: 'x' }), 1);
    await assert.rejects(fans.insertOne({ _id: 'b', site: 'x' }), { code: 'duplicate_key' });
    for (const [index, site] of [[3], [3], null, null].entries()) await fans.insertOne({ _id: `other ${index}`, site });
    close();
  });

  it('is not broken by fields of elements that an array itself cannot have', async () => {
    const { fans, close } = open([{ name: 'shows', fields: [['shows.id', 1]], unique: true }]);
    await fans.insertOne({ _id: 'a', shows: [{ id: 1 }] });
    await fans.insertOne({ _id: 'b', shows: [{ id: 2 }] });
    await assert.rejects(fans.insertOne({ _id: 'c', shows: [{ id: 2 }, { id: 3 }] }), { code: 'duplicate_key' });
    close();
  });
});

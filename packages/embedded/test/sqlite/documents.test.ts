import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Document, IndexDefinition } from '@verifiedfan/ports';
import { temporaryDirectory } from '@verifiedfan/test-utils';
import { createSeededRandom, openSqliteDatabase } from '../../src/index.ts';
import { compileFilter } from '../../src/sqlite/documents/filter.ts';
import { createKeyReader } from '../../src/sqlite/documents/index-keys.ts';
import type { IndexTable } from '../../src/sqlite/documents/index-table.ts';
import { planQuery, type Sort } from '../../src/sqlite/documents/plan.ts';
import { createQueryLanguage } from '../../src/sqlite/documents/query-language.ts';

const random = createSeededRandom(1);
const byCampaign: IndexDefinition = {
  name: 'byCampaign',
  fields: [
    ['campaignId', 1],
    ['date.open', -1],
  ],
};
const bySite: IndexDefinition = { name: 'bySite', fields: [['site', 1]], unique: true, onlyWhereString: 'site' };

const indexTable = (definition: IndexDefinition, many = false): IndexTable => ({
  definition,
  table: definition.name,
  many,
  keysOf: createKeyReader(definition),
  assertFree: () => {},
  move: () => {},
});

const planOf = (filter: Parameters<typeof compileFilter>[0], sort: Sort = [], many = false): string => {
  const tables = [indexTable(byCampaign, many), indexTable(bySite)];
  const plan = planQuery(tables, compileFilter(filter, createQueryLanguage()), sort);
  if (plan.kind !== 'index') return plan.kind;
  return [plan.index.table, plan.sorted ? 'sorted' : '', plan.exact ? 'exact' : ''].filter(Boolean).join(' ');
};

describe('the choice of an index', () => {
  it('goes by id first', () => {
    assert.equal(planOf({ _id: 'a', campaignId: 'c' }), 'ids');
    assert.equal(planOf({ _id: { $in: ['a', 'b'] } }), 'ids');
  });

  it('takes an index whose first fields the filter fixes, and never reads everything then', () => {
    assert.equal(planOf({ campaignId: 'c' }), 'byCampaign exact');
    assert.equal(planOf({ campaignId: 'c', status: 'OPEN' }), 'byCampaign');
    assert.equal(planOf({ campaignId: 'c', 'date.open': { $gt: 5 } }), 'byCampaign');
    assert.equal(planOf({ $and: [{ campaignId: { $in: ['c', 'd'] } }, { status: 1 }] }), 'byCampaign');
    assert.equal(planOf({ campaignId: { $gte: 'a' } }), 'byCampaign');
    assert.equal(planOf({ 'date.open': 5 }), 'scan');
  });

  it('takes a partial index only for documents that are in it', () => {
    assert.equal(planOf({ site: 'x.test' }), 'bySite exact');
    assert.equal(planOf({ site: 5 }), 'scan');
    assert.equal(planOf({}, [['site', 1]]), 'scan');
  });

  it('lets an index sort in either direction, unless arrays are in it', () => {
    assert.equal(planOf({ campaignId: 'c' }, [['date.open', 1]]), 'byCampaign sorted exact');
    assert.equal(
      planOf({}, [
        ['campaignId', -1],
        ['date.open', 1],
      ]),
      'byCampaign sorted exact',
    );
    assert.equal(
      planOf({}, [
        ['campaignId', 1],
        ['date.open', 1],
      ]),
      'scan',
    );
    assert.equal(planOf({ campaignId: 'c' }, [['date.open', 1]], true), 'byCampaign');
  });
});

describe('a database on disk', () => {
  it('keeps documents, indexes and their arrays over a restart, and builds what is new', async () => {
    using directory = temporaryDirectory();
    const location = directory.join('d.sqlite');
    const tags: IndexDefinition = { name: 'tags', fields: [['tags', 1]] };
    const first = openSqliteDatabase({ location, random });
    await first
      .collection<Document>('fans', { indexes: [tags, bySite] })
      .insertOne({ _id: 'a', tags: ['x', 'y'], n: 1, site: 's' });
    first.close();
    const second = openSqliteDatabase({ location, random });
    const fans = second.collection<Document>('fans', {
      indexes: [tags, { name: 'n', fields: [['n', 1]], unique: true }],
    });
    assert.deepEqual(
      [await fans.count({ tags: 'y' }), await fans.count({ n: 1 }), await fans.count({ site: 's' })],
      [1, 1, 1],
    );
    await assert.rejects(fans.insertOne({ _id: 'b', n: 1 }), { code: 'duplicate_key' });
    await fans.insertOne({ _id: 'c', n: 2, site: 's' });
    assert.equal((await fans.find({ sort: [['tags', 1]] })).length, 2);
    second.close();
  });

  it('refuses an index that the stored documents break, and keeps what was there', async () => {
    const database = openSqliteDatabase({ location: ':memory:', random });
    const fans = database.collection<Document>('fans');
    await fans.insertOne({ _id: 'a', sid: 1 });
    await fans.insertOne({ _id: 'b', sid: 1 });
    const indexes: IndexDefinition[] = [{ name: 'sid', fields: [['sid', 1]], unique: true }];
    assert.throws(() => database.collection('fans', { indexes }), { code: 'duplicate_key' });
    assert.equal(await fans.count(), 2);
    database.close();
  });

  it('refuses two different lists of indexes for one open collection', () => {
    const database = openSqliteDatabase({ location: ':memory:', random });
    database.collection('fans', { indexes: [byCampaign] });
    database.collection('fans');
    database.collection('fans', { indexes: [byCampaign] });
    assert.throws(() => database.collection('fans', { indexes: [bySite] }), { code: 'validation' });
    database.close();
  });

  it('finds every document by id while hashes move from the recent to the settled ones', async () => {
    using directory = temporaryDirectory();
    const location = directory.join('d.sqlite');
    const first = openSqliteDatabase({ location, random });
    const ids = Array.from({ length: 20_000 }, (_, index) => `id-${index}`);
    const results = await first.collection('fans').bulkWrite(ids.map((_id) => ({ insertOne: { document: { _id } } })));
    assert.ok(results.every(({ outcome }) => outcome === 'done'));
    first.close();
    const second = openSqliteDatabase({ location, random });
    const fans = second.collection<Document>('fans');
    assert.ok((await fans.findByIds(ids)).every((document, index) => document?._id === ids[index]));
    await fans.bulkWrite(
      ids.filter((_id, index) => index % 2 === 0).map((_id) => ({ deleteOne: { filter: { _id } } })),
    );
    await assert.rejects(fans.insertOne({ _id: 'id-1' }), { code: 'duplicate_key' });
    await fans.insertOne({ _id: 'id-0' });
    assert.equal((await fans.findByIds(ids)).filter(Boolean).length, 10_001);
    second.close();
  });

  it('knows of the first array in an index again after the write that brought it was rolled back', async () => {
    const database = openSqliteDatabase({ location: ':memory:', random });
    const fans = database.collection<Document>('fans', { indexes: [{ name: 'n', fields: [['n', 1]] }] });
    const insert = { collection: 'fans', operation: { insertOne: { document: { _id: 'a', n: [9, 1] } } } };
    const aborted = await database.transact([insert, insert]);
    assert.equal(aborted.outcome, 'aborted');
    assert.equal((await database.transact([insert])).outcome, 'committed');
    assert.deepEqual(
      (await fans.find({ filter: { n: { $gt: 5, $lt: 3 } }, sort: [['n', 1]] })).map(({ _id }) => _id),
      ['a'],
    );
    database.close();
  });

  it('takes no code, no prototype and no endless nesting from a caller', async () => {
    const database = openSqliteDatabase({ location: ':memory:', random });
    const fans = database.collection<Document>('fans');
    const deep = JSON.parse(`${'{"a":'.repeat(150)}1${'}'.repeat(150)}`);
    const polluting = JSON.parse('{"_id":"a","__proto__":{"admin":true}}');
    for (const document of [polluting, { _id: 'a', deep }, { _id: 'a', $set: 1 }, { _id: 'a', n: Number.NaN }]) {
      await assert.rejects(fans.insertOne(document), { code: 'validation' });
    }
    await assert.rejects(fans.insertOne({ _id: 'a', at: new Date(0) } as unknown as Document), { code: 'validation' });
    await assert.rejects(fans.find({ filter: deep }), { code: 'validation' });
    await fans.insertOne({ _id: 'a' });
    for (const path of ['__proto__.admin', 'x.__proto__.y', 'a..b', '']) {
      const result = await fans.updateOne({ _id: 'a' }, { $set: { [path]: true } });
      assert.equal(result.outcome, 'failed');
    }
    assert.equal(({} as { admin?: boolean }).admin, undefined);
    database.close();
  });

  it('changes an element of an array by the position that the filter found', async () => {
    const database = openSqliteDatabase({ location: ':memory:', random });
    const fans = database.collection<Document>('fans');
    await fans.insertOne({ _id: 'a', status: 'x', shows: [{ id: 1 }, { id: 2 }] });
    await fans.updateOne({ _id: 'a', 'shows.id': 2 }, { $set: { 'shows.$.rank': 7, status: 'y' } });
    assert.deepEqual(await fans.findById('a'), { _id: 'a', status: 'y', shows: [{ id: 1 }, { id: 2, rank: 7 }] });
    database.close();
  });
});

import { describe, it } from 'node:test';
import { createSeededRandom, openSqliteDatabase } from '@verifiedfan/embedded';
import type { Database, IndexDefinition, OperationResult } from '@verifiedfan/ports';
import { codeOf, differential, type Pair, runOptions, type Side } from '../../../src/index.ts';
import { openDatabase } from '../../mongodb/database.ts';
import { KNOWN_DIFFERENCES } from './known-differences.ts';
import { type DatabaseOperation, databaseOperations } from './operations.ts';
import { REGRESSIONS } from './regressions.ts';

const INDEXES: readonly IndexDefinition[] = [
  { name: 'email', fields: [['email', 1]], unique: true, onlyWhereString: 'email' },
  { name: 'n', fields: [['n', 1]] },
  // Of fields that sequences never use: for one of the known differences.
  {
    name: 'place',
    fields: [
      ['shelf', 1],
      ['place', 1],
      ['_id', 1],
    ],
  },
];

const shown = (result: OperationResult): unknown =>
  result.outcome === 'failed' ? { outcome: 'failed', code: codeOf(result.error) } : result;

const databaseSide = (database: Database, close: () => Promise<void>): Side<DatabaseOperation> => {
  const fans = database.collection('fans', { indexes: INDEXES });
  return {
    close,
    async play(operation) {
      if ('find' in operation) return fans.find(operation.find);
      if ('findOne' in operation) return fans.findOne(operation.findOne, { sort: operation.sort });
      if ('count' in operation) return fans.count(operation.count);
      if ('findById' in operation) return fans.findById(operation.findById);
      if ('findByIds' in operation) return fans.findByIds(operation.findByIds);
      if ('insertOne' in operation) return fans.insertOne(operation.insertOne);
      if ('deleteOne' in operation) return fans.deleteOne(operation.deleteOne);
      if ('write' in operation) return (await fans.bulkWrite(operation.write)).map(shown);
      const result = await database.transact(operation.transact);
      return result.outcome === 'committed' ? { ...result, results: result.results.map(shown) } : result;
    },
    settle: () => fans.find({ sort: [['_id', 1]] }),
  };
};

const open = async (): Promise<Pair<DatabaseOperation>> => {
  const sqlite = openSqliteDatabase({ location: ':memory:', random: createSeededRandom(1) });
  const mongo = await openDatabase();
  return {
    embedded: databaseSide(sqlite, async () => sqlite.close()),
    server: databaseSide(mongo, mongo.drop),
  };
};

describe('the embedded collection beside SecantusDB', () => {
  differential({
    it,
    title: 'a collection',
    generator: databaseOperations,
    open,
    known: KNOWN_DIFFERENCES,
    regressions: REGRESSIONS,
    ...runOptions(),
  });
});

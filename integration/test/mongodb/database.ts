import { randomUUID } from 'node:crypto';
import { systemClock, systemRandom } from '@verifiedfan/embedded';
import { createMongoDatabase, type MongoDatabase, type MongoDatabaseOptions } from '@verifiedfan/mongodb';
import { MongoClient } from 'mongodb';
import { serverAddress } from '../../src/index.ts';

export type OwnDatabase = MongoDatabase & {
  readonly databaseName: string;
  /** Closes it and removes what it held. */
  drop(): Promise<void>;
};

/** A database of its own on the server of this run. */
export const openDatabase = async (options: Partial<MongoDatabaseOptions> = {}): Promise<OwnDatabase> => {
  const databaseName = `test-${randomUUID()}`;
  const uri = serverAddress('mongodb');
  const database = createMongoDatabase({
    uri,
    name: databaseName,
    clock: systemClock,
    random: systemRandom,
    ...options,
  });
  return {
    ...database,
    databaseName,
    async drop() {
      await database.close();
      const client = new MongoClient(uri);
      await client.db(databaseName).dropDatabase();
      await client.close();
    },
  };
};

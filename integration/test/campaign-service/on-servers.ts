import { after, type TestContext } from 'node:test';
import { systemClock, systemRandom } from '@verifiedfan/embedded';
import { createMongoDatabase } from '@verifiedfan/mongodb';
import { createRedisCaches } from '@verifiedfan/redis';
import { EMBEDDED, runOn } from '@verifiedfan/service/testing';
import { MongoClient } from 'mongodb';
import { serverAddress, uniqueName } from '../../src/index.ts';

/** Cases that a server cannot answer, by name, each with the reason. They run on the embedded drivers, and count as skipped. */
export type Skips = Readonly<Record<string, string>>;

/** Of SecantusDB, which stands for MongoDB here. */
export const SHORT_BOUND =
  'SecantusDB 0.7.0b3 loses what equals the bound of $lte on a field of a compound index that has others behind it, with texts and with ' +
  'numbers; mongod does not, and without the index SecantusDB finds it too';

const isSkipped = (context: TestContext, skips: Skips): boolean => {
  const reason = Object.hasOwn(skips, context.name) ? skips[context.name] : undefined;
  if (reason !== undefined) context.skip(reason);
  return reason !== undefined;
};

/** The cases that this file imports get a database of their own each on the MongoDB of this run. */
export const onMongo = (skips: Skips = {}): void => {
  const client = new MongoClient(serverAddress('mongodb'));
  after(() => client.close());
  runOn({
    openDatabase(context) {
      if (isSkipped(context, skips)) return EMBEDDED.openDatabase(context);
      const name = uniqueName('test');
      const database = createMongoDatabase({ client, name, clock: systemClock, random: systemRandom });
      context.after(async () => {
        await database.close();
        await client.db(name).dropDatabase();
      });
      return database;
    },
  });
};

/** The cases that this file imports get a cache of their own each on the Redis of this run. */
export const onRedis = (skips: Skips = {}): void =>
  runOn({
    openCache(context, { clock }) {
      if (isSkipped(context, skips)) return EMBEDDED.openCache(context, { clock });
      const url = serverAddress('redis');
      const caches = createRedisCaches({
        url,
        namespace: uniqueName('test'),
        clock: systemClock,
        random: systemRandom,
      });
      context.after(() => caches.close());
      return caches.cache('test');
    },
  });

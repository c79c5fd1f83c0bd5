export type { Use } from './calls.ts';
export { createMongoDatabase, type MongoDatabase, type MongoDatabaseOptions } from './database.ts';
export type { PartialFilter } from './indexes.ts';

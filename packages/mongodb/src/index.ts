export { createMongoDatabase, type MongoDatabase, type MongoDatabaseOptions } from './database.ts';
export type { PartialFilter } from './indexes.ts';
export type { Use } from './use.ts';

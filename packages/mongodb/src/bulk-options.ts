import type { MongoClient, Collection as MongoCollection } from 'mongodb';
import type { Model, Stored } from './operations.ts';

export type Place = { operation: string; resource: string };
export type BulkOptions = {
  client: MongoClient;
  collection: MongoCollection<Stored>;
  models: readonly Model[];
  maxTimeMS: number;
  place: Place;
};

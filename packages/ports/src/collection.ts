import type { JsonObject, JsonValue } from './json.ts';

/** A document; `_id` is text of 1 to 512 bytes, unique in its collection, and never changes. */
export type Document = { _id: string; [field: string]: JsonValue };

/** MongoDB's query language, as JSON. */
export type Filter = JsonObject;
/** MongoDB's update operators (`$set`, `$unset`, `$inc`, `$setOnInsert`, `$push`, …), as JSON. */
export type UpdateOperators = JsonObject;

export type IndexDefinition = {
  name: string;
  /** Fields in dotted form with 1 (ascending) or -1. */
  fields: readonly (readonly [field: string, direction: 1 | -1])[];
  unique?: boolean;
  /** Only documents in which this field is a string, or an array with one, are in the index; others can never violate it. */
  onlyWhereString?: string;
};

export type FindOptions = {
  filter?: Filter;
  sort?: readonly (readonly [field: string, direction: 1 | -1])[];
  limit?: number;
  skip?: number;
};

export type CollectionOperation =
  | { insertOne: { document: Document } }
  | { updateOne: { filter: Filter; update: UpdateOperators; upsert?: boolean } }
  | { replaceOne: { filter: Filter; replacement: Document; upsert?: boolean } }
  | { deleteOne: { filter: Filter } };

export type OperationResult =
  | { outcome: 'done'; matched: number; modified: number; upsertedId?: string }
  /** Code `duplicate_key` when a unique index refused it. */
  | { outcome: 'failed'; error: Error };

/** A collection of documents in the terms of MongoDB. */
export interface Collection<D extends Document = Document> {
  readonly name: string;
  findById(id: string): Promise<D | undefined>;
  /** Any number of ids, answers in their order. */
  findByIds(ids: readonly string[]): Promise<(D | undefined)[]>;
  findOne(filter: Filter, options?: Pick<FindOptions, 'sort'>): Promise<D | undefined>;
  find(options?: FindOptions): Promise<D[]>;
  count(filter?: Filter): Promise<number>;
  /** Throws `duplicate_key`. */
  insertOne(document: D): Promise<void>;
  /** Matches at most one document. */
  updateOne(filter: Filter, update: UpdateOperators, options?: { upsert?: boolean }): Promise<OperationResult>;
  deleteOne(filter: Filter): Promise<number>;
  /** Any number of operations, each atomic, answered in order; a failed one does not stop the rest. */
  bulkWrite(operations: readonly CollectionOperation[]): Promise<OperationResult[]>;
}

export type TransactionStep = {
  collection: string;
  operation: CollectionOperation;
  /** How many documents the operation must match (an insert counts as 1); another number aborts the whole list. @default any */
  expectMatched?: number;
};

export type TransactionResult =
  | { outcome: 'committed'; results: OperationResult[] }
  /** Nothing was written; `step` is the first that did not fit, `code` why. */
  | { outcome: 'aborted'; step: number; code: 'unexpected_match' | 'duplicate_key' };

/**
 * The collections of one service, in one file or database. A transaction is a list of operations, not a callback: an open transaction on
 * a shared connection would swallow the writes of other requests.
 */
export interface Database {
  collection<D extends Document>(name: string, options?: { indexes?: readonly IndexDefinition[] }): Collection<D>;
  transact(steps: readonly TransactionStep[]): Promise<TransactionResult>;
}

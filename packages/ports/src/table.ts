import type { Condition } from './condition.ts';
import type { JsonValue } from './json.ts';
import type { ShardedLog } from './sharded-log.ts';

/** Every table has a partition key (1 to 2,048 bytes) and a sort key (1 to 1,024 bytes), both text. */
export type Key = { PK: string; SK: string };

/**
 * A row: its key and any attributes. At most 400 KB (400 × 1,024 bytes) with attribute names, as DynamoDB counts; values stand in at most
 * 31 lists and maps, which makes 32 levels. Attributes are JSON values; DynamoDB's sets and binaries are not used through this port.
 */
export type Item = Key & { [attribute: string]: JsonValue };

/** Writes one row whole, removing attributes it does not name. */
export type Put = { put: Item; condition?: Condition };
/** Changes named attributes and leaves the others alone; a missing row is created. No attribute may be named twice. */
export type Update = {
  update: Key;
  set?: Readonly<Record<string, JsonValue>>;
  /** Set only where the attribute is missing. */
  setIfAbsent?: Readonly<Record<string, JsonValue>>;
  /** Adds to a number; a missing attribute counts as 0. Not idempotent by itself. */
  add?: Readonly<Record<string, number>>;
  remove?: readonly string[];
  condition?: Condition;
};
/** Removes a row; a missing row is not an error unless the condition says so. */
export type Delete = { delete: Key; condition?: Condition };
/** Only inside a transaction: the condition must hold, nothing is written. */
export type Check = { check: Key; condition: Condition };
export type TableAction = Put | Update | Delete;

export type ActionResult =
  /** `old` is the row before the write, undefined when there was none; `changed` is false when the row is now as it was before. */
  | { outcome: 'applied'; changed: boolean; old: Item | undefined }
  /** The condition did not hold; `item` is the row that refused, undefined when there is none. */
  | { outcome: 'refused'; item: Item | undefined }
  /** This action alone failed, after the driver's own retries. */
  | { outcome: 'failed'; error: Error };

/** One clause on the sort key. Text compares by UTF-8 bytes. */
export type SortKeyClause =
  | { equals: string }
  | { beginsWith: string }
  | { between: readonly [low: string, high: string] }
  | { less: string }
  | { lessOrEqual: string }
  | { greater: string }
  | { greaterOrEqual: string };

export type TableQuery = {
  PK: string;
  SK?: SortKeyClause;
  /** Most rows to look at in this page, before `filter`. */
  limit?: number;
  /** Newest sort key first. */
  reverse?: boolean;
  /** Applied after the page was cut: an empty page with a cursor is normal. May not name PK or SK. */
  filter?: Condition;
  /** Continue behind the page that returned this cursor. */
  cursor?: string;
};
/** A page ends at `limit` rows or 1 MB (1,048,576 bytes) of rows, whichever is first. No cursor: there is nothing more. */
export type TablePage = { items: Item[]; cursor?: string };

export type TransactResult =
  | { outcome: 'applied' }
  /** Nothing was written. One reason per action, in order; null for the innocent ones. */
  | { outcome: 'refused'; reasons: (null | 'condition' | 'conflict')[] };

export type ChangeHeader = {
  eventName: 'INSERT' | 'MODIFY' | 'REMOVE';
  keys: Key;
  shard: string;
  sequence: string;
  /** When the change was made, in milliseconds. */
  atMs: number;
};
/** A change of one row. `oldItem` is absent for INSERT, `newItem` for REMOVE. The items are shared: never change them. */
export type ChangeRecord = ChangeHeader & { readonly oldItem?: Item; readonly newItem?: Item };

/**
 * Changes of a table, written in the same atomic step as the row. All changes of one row are in one shard, in order.
 * A write that leaves a row as it was makes no record.
 */
export type ChangeStream = ShardedLog<ChangeRecord, ChangeHeader>;

/** A key-value table in the terms of DynamoDB. Reads are strongly consistent. */
export interface Table {
  readonly name: string;
  get(key: Key): Promise<Item | undefined>;
  /** Any number of keys, answers in their order. */
  getMany(keys: readonly Key[]): Promise<(Item | undefined)[]>;
  query(query: TableQuery): Promise<TablePage>;
  /** All rows in no promised order; for tools and audits, never for request paths. */
  scan(options?: { limit?: number; cursor?: string }): Promise<TablePage>;
  /**
   * Any number of writes, each atomic with its own condition, answered in order. Not atomic together. Actions on one row are applied
   * in their order. A call that is wrong in itself (grammar, limits) throws `validation` or `too_large` before anything is written.
   */
  updateMany(actions: readonly TableAction[]): Promise<ActionResult[]>;
  /**
   * All or nothing: 1 to 100 actions, each row at most once. The same token (1 to 36 characters) with the same actions within ten
   * minutes answers `applied` and writes nothing; with other actions it throws `token_mismatch`.
   */
  transact(actions: readonly (TableAction | Check)[], options: { token: string }): Promise<TransactResult>;
  readonly changes: ChangeStream;
}

/** A part of a log whose records are in order. Records of different shards have no order between them. */
export type Shard = {
  /** Such as `shardId-000000000003`. */
  id: string;
  /**
   * The shard that must be read to its end before this one, if it came out of a split or a merge. Left out when that one is not listed any
   * more, because then nobody can read it.
   */
  parent?: string;
  /** The other parent of a shard that came out of a merge, which must be read to its end as well. */
  adjacentParent?: string;
  /** Hash range as decimal strings of 128-bit integers, where the log routes by hash. */
  hashRange?: readonly [start: string, end: string];
};

export type ShardReadOptions<Header> = {
  shard: string;
  /** Read behind this sequence; undefined reads from the oldest record that is kept. */
  after?: string | undefined;
  /** Most records to look at, 1 to 10,000. */
  limit: number;
  /** Looks at a record's header before its body is read; records it answers false for are left out, but count as looked at. */
  filter?: ((header: Header) => boolean) | undefined;
};

export type ShardRead<Entry> = {
  records: Entry[];
  /** The sequence of the last record looked at, kept or not; undefined when there was none. Continue behind it. */
  last: string | undefined;
  /** How many records were looked at. */
  scanned: number;
  /** The shard is closed and this answer reaches its end: continue with its children. */
  closed: boolean;
};

/**
 * A log in shards that many consumers read at their own pace. Sequences are decimal strings of varying length, comparable only
 * inside one shard and only as integers (`compareSequences`). Reading consumes nothing.
 */
export interface ShardedLog<Entry extends Header, Header> {
  /** All shards whose records may still be kept, closed ones too. When one is closed its children are listed, if not at once then soon. */
  shards(): Promise<Shard[]>;
  /** An unknown shard is `not_found`; a sequence in front of the oldest kept record reads from that record. */
  read(options: ShardReadOptions<Header>): Promise<ShardRead<Entry>>;
  /**
   * The sequence of the newest record, undefined in a shard that never had one. Kinesis and DynamoDB do not tell it, so there it is found by
   * reading to the tip and is approximate: a record that was stored a moment ago may be missing, and a shard whose records are all too old to
   * be kept looks like one that never had any. It never rises above the newest record.
   */
  latest(shard: string): Promise<string | undefined>;
  /** Resolves once there is a record behind `after`, or when `signal` aborts, whichever is first. Costs nothing while it waits. */
  waitForRecords(options: { shard: string; after?: string | undefined; signal: AbortSignal }): Promise<void>;
}

/** Orders two sequences of one shard: negative, 0 or positive. Lengths differ, so text order would be wrong. */
export const compareSequences = (a: string, b: string): number =>
  a.length === b.length ? (a < b ? -1 : a > b ? 1 : 0) : a.length - b.length;

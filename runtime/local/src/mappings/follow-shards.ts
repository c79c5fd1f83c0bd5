import type { Shard } from '@verifiedfan/ports';

export type FollowShardsOptions = {
  /** All shards that are kept; repeated by the owner until it answers, or until the signal aborts. */
  list(): Promise<readonly Shard[]>;
  /** Reads one shard; resolves when it is closed and read to its end, or after the signal. Never rejects. */
  consume(shard: Shard): Promise<void>;
  /** Sleeps before the children of a closed shard are looked for again. */
  rest(attempt: number, signal: AbortSignal): Promise<void>;
  signal: AbortSignal;
};

const parentsOf = ({ parent, adjacentParent }: Shard): string[] =>
  [parent, adjacentParent].filter((id) => id !== undefined);

/**
 * Consumes the shards of a log as they come and go: a shard begins when its parents, two after a merge, are read to their ends, so that the
 * records of a key stay in order. A log is listed at the start until it has shards, and when one of them has ended, for new shards are
 * children of closed ones; a log whose shards never close costs nothing. Resolves when the signal has aborted and every consumer has ended.
 */
export const followShards = async ({ list, consume, rest, signal }: FollowShardsOptions): Promise<void> => {
  const running = new Map<string, Promise<void>>();
  const ended = new Set<string>();

  const begin = (shards: readonly Shard[]): void => {
    // A parent that is not listed is gone, and nobody waits for it.
    const listed = new Set(shards.map(({ id }) => id));
    const isReady = (shard: Shard): boolean => parentsOf(shard).every((id) => ended.has(id) || !listed.has(id));
    for (const shard of shards) {
      if (!running.has(shard.id) && isReady(shard)) running.set(shard.id, follow(shard));
    }
  };

  const follow = async (shard: Shard): Promise<void> => {
    await consume(shard);
    if (signal.aborted) return;
    ended.add(shard.id);
    // A list may lag behind the closing for a moment, and a stream that was switched off never gets children.
    for (let attempt = 1; !signal.aborted; attempt += 1) {
      const shards = await list();
      begin(shards);
      if (shards.some((each) => parentsOf(each).includes(shard.id))) return;
      await rest(attempt, signal);
    }
  };

  // A stream that is being made, as a table's while it is ENABLING, has no shards yet.
  for (let attempt = 1; !signal.aborted; attempt += 1) {
    begin(await list());
    if (running.size > 0) break;
    await rest(attempt, signal);
  }
  // Goes over those too that are added meanwhile.
  for (const each of running.values()) await each;
};

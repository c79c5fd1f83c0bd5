import assert from 'node:assert/strict';
import { systemClock } from '@verifiedfan/embedded';
import type { RecordStream, StreamRecord } from '@verifiedfan/ports';

/** Asks again until there is an answer: what passes by itself is the caller's to wait for. */
export const untilAnswered = async <Answer>(call: () => Promise<Answer>, times = 50): Promise<Answer> => {
  for (let left = times; ; left -= 1) {
    try {
      return await call();
    } catch (error) {
      if (left === 0) throw error;
    }
  }
};

/** Resharding takes a moment, in which records still go to the old shards. */
export const untilShards = (stream: RecordStream, count: number): Promise<void> =>
  untilAnswered(async () => {
    const shards = await stream.shards();
    if (shards.length === count) return;
    await systemClock.sleep(20);
    throw new Error(`there are ${shards.length} shards`);
  }, 200);

/** Reads one shard to its end or to its tip. */
const readShard = async (stream: RecordStream, shard: string) => {
  const records: StreamRecord[] = [];
  let after: string | undefined;
  for (;;) {
    const page = await untilAnswered(() => stream.read({ shard, after, limit: 7 }));
    records.push(...page.records);
    if (page.closed || page.scanned === 0) return { records, closed: page.closed };
    after = page.last;
  }
};

/** Reads everything as a consumer does: a shard only when its parents were read to their ends. */
export const followShards = async (stream: RecordStream) => {
  const shards = await untilAnswered(() => stream.shards());
  const ended = new Set<string>();
  const records: StreamRecord[] = [];
  for (const { id, parent, adjacentParent } of shards) {
    for (const one of [parent, adjacentParent]) assert.ok(one === undefined || ended.has(one), 'parents come first');
    const found = await readShard(stream, id);
    records.push(...found.records);
    if (found.closed) ended.add(id);
  }
  return { shards, records, ended };
};

/** What a key's records say, in their order. */
export const roundsOf = (records: readonly StreamRecord[], key: string): string =>
  records
    .filter(({ partitionKey }) => partitionKey === key)
    .map(({ data }) => String(data))
    .join('');

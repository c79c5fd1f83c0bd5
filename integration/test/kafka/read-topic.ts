import type { Topic } from '@verifiedfan/ports';

/** Everything in a topic: offsets and values by partition. */
export const readTopic = async (topic: Topic): Promise<Map<string, string>> => {
  const found = new Map<string, string>();
  for (const { id: shard } of await topic.shards()) {
    let after: string | undefined;
    for (;;) {
      const { records, last } = await topic.read({ shard, after, limit: 10_000 });
      for (const { sequence, value } of records) found.set(`${shard}:${sequence}`, String(value));
      if (last === undefined) break;
      after = last;
    }
  }
  return found;
};

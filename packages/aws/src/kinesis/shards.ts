import { type Shard as Described, ListShardsCommand, type ListShardsCommandInput } from '@aws-sdk/client-kinesis';
import type { Shard } from '@verifiedfan/ports';
import { isCausedBy } from '../sdk/errors.ts';
import { type Kinesis, malformed } from './client.ts';

const byId = (a: Shard, b: Shard): number => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);

/** All shards whose records may still be kept, closed ones too. Ids rise with time, so parents come before their children. */
export const createShards = ({ kinesis, name, streamName }: { kinesis: Kinesis; name: string; streamName: string }) => {
  const listPage = async (token: string | undefined) => {
    // Kinesis takes the name or the token, never both.
    const input: ListShardsCommandInput = token === undefined ? { StreamName: streamName } : { NextToken: token };
    const answer = await kinesis.call({
      operation: 'ListShards',
      send: (sdk) => sdk.send(new ListShardsCommand(input)),
    });
    const { Shards, NextToken } = answer;
    if (!Array.isArray(Shards) || (token !== undefined && NextToken === token)) throw malformed('ListShards', name);
    return { shards: Shards, next: NextToken || undefined };
  };

  const listAll = async (): Promise<Described[]> => {
    const found: Described[] = [];
    let token: string | undefined;
    do {
      const { shards, next } = await listPage(token);
      found.push(...shards);
      token = next;
    } while (token !== undefined);
    return found;
  };

  return async (): Promise<Shard[]> => {
    const found = await listAll().catch((error: unknown) => {
      // A token lives five minutes; a list that took longer begins again, once.
      if (isCausedBy(error, 'ExpiredNextTokenException')) return listAll();
      throw error;
    });
    const ids = new Set(found.map(({ ShardId }) => ShardId));
    return found.map((one) => toShard(one, ids)).sort(byId);
  };
};

/** A parent past its retention is not listed any more; naming it would make consumers wait for it for ever. */
const toShard = (described: Described, listed: ReadonlySet<string | undefined>): Shard => {
  const { ShardId = '', ParentShardId: parent, AdjacentParentShardId: adjacent, HashKeyRange } = described;
  const parents = [parent, adjacent].filter((id) => id !== undefined && listed.has(id));
  const [first, second] = parents;
  const { StartingHashKey: start, EndingHashKey: end } = HashKeyRange ?? {};
  return {
    id: ShardId,
    ...(first === undefined ? {} : { parent: first }),
    ...(second === undefined ? {} : { adjacentParent: second }),
    ...(start === undefined || end === undefined ? {} : { hashRange: [start, end] as const }),
  };
};

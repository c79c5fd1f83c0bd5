import type { StreamDescription } from '@aws-sdk/client-dynamodb-streams';
import { PortError, type Shard } from '@verifiedfan/ports';
import { lazily } from '../../clients/lazily.ts';
import type { Dynamo } from '../client.ts';
import { describeTable } from '../verify.ts';

const PAGE_LIMIT = 100;

/** The stream's ARN, asked for once: a stream that is switched off and on again is another one, for a process that starts then. */
export const createStreamArn = (dynamo: Dynamo): (() => Promise<string>) => {
  const describe = async (): Promise<string> => {
    const { LatestStreamArn, StreamSpecification } = await describeTable(dynamo);
    if (LatestStreamArn !== undefined && StreamSpecification?.StreamEnabled === true) return LatestStreamArn;
    const message = `table ${dynamo.tableName} has no stream`;
    throw new PortError({ code: 'not_found', message, resource: dynamo.name });
  };
  let arn = lazily(describe);
  return async () => {
    try {
      return await arn();
    } catch (error) {
      arn = lazily(describe);
      throw error;
    }
  };
};

/** All shards that DynamoDB still has records of, closed ones too; a parent that is gone is left out, for nobody can read it. */
export const createShards = (dynamo: Dynamo, streamArn: () => Promise<string>) => async (): Promise<Shard[]> => {
  const StreamArn = await streamArn();
  const found = new Map<string, string | undefined>();
  let after: string | undefined;
  do {
    const ExclusiveStartShardId = after;
    const description: StreamDescription = await dynamo.repeating(() =>
      dynamo.onceOnStream({
        operation: 'DescribeStream',
        send: async ({ sdk, client }) => {
          const page = { ...(ExclusiveStartShardId !== undefined && { ExclusiveStartShardId }), Limit: PAGE_LIMIT };
          const answer = await client.send(new sdk.DescribeStreamCommand({ StreamArn, ...page }));
          return answer.StreamDescription ?? {};
        },
      }),
    );
    for (const { ShardId, ParentShardId } of description.Shards ?? []) {
      if (ShardId !== undefined) found.set(ShardId, ParentShardId);
    }
    after = description.LastEvaluatedShardId;
  } while (after !== undefined);
  return [...found].map(([id, parent]) => (parent !== undefined && found.has(parent) ? { id, parent } : { id }));
};

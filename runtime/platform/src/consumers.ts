import { type Checkpoints, compareSequences } from '@verifiedfan/ports';

/** A shard of a stream or of a table's changes. */
export type ConsumedShard = { resource: string; shard: string };

/** What a consumer that has read nothing yet stores: it is registered from its start on. */
export const NOTHING_READ = '0';

/** Where a consumer keeps how far it has come. Its name stands last, so that one look by prefix finds every consumer of a shard. */
export const consumerCheckpoint = ({ resource, shard }: ConsumedShard, consumer: string): string =>
  `mapping/${resource}/${shard}/${consumer}`;

/** How far the slowest consumer of a shard has come; undefined when nobody reads it. */
export const findSlowestConsumer = async (
  checkpoints: Pick<Checkpoints, 'list'>,
  shard: ConsumedShard,
): Promise<string | undefined> => {
  const [first, ...others] = await checkpoints.list(consumerCheckpoint(shard, ''));
  return others.reduce(
    (slowest, { value }) => (slowest === undefined || compareSequences(value, slowest) < 0 ? value : slowest),
    first?.value,
  );
};

import { compatibilityPartitioner } from '@platformatic/kafka';
import type { Calls } from '@verifiedfan/driver/calls';
import { type Clock, PortError, type PublishResult, type Topic } from '@verifiedfan/ports';
import { assertLimit, type Encoded, encodeMessage, readStart } from './checks.ts';
import type { Cluster } from './cluster.ts';
import { createPartitionReader, type PartitionReader } from './reader.ts';
import { createSender } from './sender.ts';
import type { Use } from './use.ts';
import { createPartitionWaiter, type PartitionWaiter } from './waiter.ts';

export type TopicParts = {
  name: string;
  cluster: Cluster;
  calls: Calls<Use>;
  clock: Clock;
  /** How many partitions the topic has; throws `not_found` when it does not exist. */
  countPartitions: () => Promise<number>;
};

/** The partition, as text. */
const SHARD = /^(0|[1-9]\d{0,8})$/;

/** A topic that is closed by its owner. */
export type OwnedTopic = Topic & { close(): Promise<void> };

/** Makes one part per partition, when it is first asked for. */
const perPartition = <Part>(make: (partition: number) => Part) => {
  const made = new Map<number, Part>();
  return {
    get(partition: number): Part {
      const part = made.get(partition) ?? make(partition);
      made.set(partition, part);
      return part;
    },
    all: () => [...made.values()],
  };
};

/** The calls of the port on one topic. */
export const createTopic = ({ name, cluster, calls, clock, countPartitions }: TopicParts): OwnedTopic => {
  const sender = createSender({ topic: name, producer: cluster.producer, clock });
  const readers = perPartition((): PartitionReader => createPartitionReader({ topic: name, open: cluster.reader }));
  const waiters = perPartition(
    (partition): PartitionWaiter => createPartitionWaiter({ topic: name, partition, open: cluster.waiter, clock }),
  );
  let turn = 0;

  const partitionOf = async (shard: string): Promise<number> => {
    const partition = SHARD.test(shard) ? Number(shard) : undefined;
    if (partition !== undefined && partition < (await countPartitions())) return partition;
    throw new PortError({ code: 'not_found', message: 'the topic has no such partition', resource: name });
  };

  /** As Kafka's own clients do it, so that messages of a key meet whoever sends them; without a key in turn. */
  const choose = ({ key }: Encoded, partitions: number): number => {
    if (key !== null) return compatibilityPartitioner({ topic: name }, key) % partitions;
    turn = (turn + 1) % partitions;
    return turn;
  };

  const run = <Answer>(
    operation: string,
    call: () => Promise<Answer>,
    cost: { requests?: number; bytes?: number } = {},
  ) => calls.run(name, { operation, requests: cost.requests ?? 1, bytes: cost.bytes ?? 0 }, call);

  return {
    name,
    shards: () =>
      run('shards', async () =>
        Array.from({ length: await countPartitions() }, (_, partition) => ({ id: String(partition) })),
      ),
    async publishMany(messages): Promise<PublishResult[]> {
      const encoded = messages.map(encodeMessage);
      const bytes = encoded.reduce((sum, message) => sum + message.bytes, 0);
      const publish = async (): Promise<PublishResult[]> => {
        if (encoded.length === 0) return [];
        const partitions = await countPartitions();
        return sender.send(encoded.map((message) => ({ message, partition: choose(message, partitions) })));
      };
      return run('publish', publish, { requests: encoded.length, bytes });
    },
    read: ({ shard, after, limit, filter }) =>
      run('read', async () => {
        assertLimit(limit);
        const start = readStart(after);
        const partition = await partitionOf(shard);
        return (await readers.get(partition).read({ shard, partition, start, limit, filter })).page;
      }),
    latest: (shard) =>
      run('latest', async () => {
        const partition = await partitionOf(shard);
        const end = await readers.get(partition).end(partition);
        return end === 0n ? undefined : String(end - 1n);
      }),
    async waitForRecords({ shard, after, signal }) {
      if (signal.aborted) return;
      const start = readStart(after);
      try {
        const partition = await run('wait', () => partitionOf(shard));
        const { page } = await run('wait', () => readers.get(partition).read({ shard, partition, start, limit: 1 }));
        if (page.scanned > 0) return;
      } catch (error) {
        // A broker that is gone has no new records; the wait ends when it is back and has some.
        if (!(error instanceof PortError && error.code === 'unavailable')) throw error;
      }
      await waiters.get(Number(shard)).wait({ start, signal });
    },
    async close() {
      await Promise.all(waiters.all().map((waiter) => waiter.close()));
      await Promise.all([sender.close(), ...readers.all().map((reader) => reader.close())]);
    },
  };
};

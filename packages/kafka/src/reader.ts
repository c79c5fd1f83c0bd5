import type { Consumer } from '@platformatic/kafka';
import type { ShardRead, ShardReadOptions, TopicRecord, TopicRecordHeader } from '@verifiedfan/ports';
import { endOffset, fetchFrom } from './fetching.ts';
import { bytesOf, endOf, type Placed, recordsFrom, toRecord } from './records.ts';

export type ReadOptions = Omit<ShardReadOptions<TopicRecordHeader>, 'after'> & { partition: number; start: bigint };
export type ReadAnswer = { page: ShardRead<TopicRecord>; bytes: number; requests: number };

/** Of one answer; brokers give one batch more where it is needed. */
const MAX_BYTES = 4_194_304;
/** Answers in a row without a message: marks of transactions and what they undid. */
const MAX_EMPTY_ANSWERS = 1_000;

const toPage = (placed: readonly Placed[], { filter, limit }: ReadOptions): ShardRead<TopicRecord> => {
  const looked = placed.slice(0, limit);
  const kept = filter ? looked.filter(({ header }) => filter(header)) : looked;
  return {
    records: kept.map(toRecord),
    last: looked.at(-1)?.header.sequence,
    scanned: looked.length,
    // A partition is never closed.
    closed: false,
  };
};

/**
 * Reads one partition on a connection of its own, one request after the other: a broker answers the requests of a connection in order, and
 * the client keeps one fetch session per broker, which concurrent requests would break.
 */
export const createPartitionReader = ({ topic, open }: { topic: string; open: () => Consumer }) => {
  let consumer: Consumer | undefined;
  let before: Promise<unknown> = Promise.resolve();

  const inTurn = <Answer>(work: (consumer: Consumer) => Promise<Answer>): Promise<Answer> => {
    const turn = before.then(() => {
      consumer ??= open();
      return work(consumer);
    });
    before = turn.catch(() => {});
    return turn;
  };

  const readNow = async (used: Consumer, options: ReadOptions): Promise<ReadAnswer> => {
    const { shard, partition } = options;
    let { start } = options;
    for (let requests = 1; ; requests += 1) {
      const fetched = await fetchFrom(used, { topic, partition, start }, { maxWaitMs: 0, maxBytes: MAX_BYTES });
      const placed = [...recordsFrom(fetched.answer, { shard, start: fetched.start })];
      const end = endOf(fetched.answer);
      if (placed.length === 0 && end !== undefined && end > start && requests < MAX_EMPTY_ANSWERS) {
        start = end;
        continue;
      }
      return { page: toPage(placed, options), bytes: placed.reduce((sum, one) => sum + bytesOf(one), 0), requests };
    }
  };

  return {
    read: (options: ReadOptions): Promise<ReadAnswer> => inTurn((used) => readNow(used, options)),
    end: (partition: number): Promise<bigint> => inTurn((used) => endOffset(used, { topic, partition })),
    async close(): Promise<void> {
      await before;
      await consumer?.close(true);
    },
  };
};

export type PartitionReader = ReturnType<typeof createPartitionReader>;

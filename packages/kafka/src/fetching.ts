import type { Consumer } from '@platformatic/kafka';
import { PortError } from '@verifiedfan/ports';
import { isBrokerError } from './errors.ts';
import type { Batches, PartitionAnswer } from './records.ts';

export type FetchPlace = { topic: string; partition: number; start: bigint };
export type FetchLimits = { maxWaitMs: number; maxBytes: number };

const EARLIEST = -2n;
const LATEST = -1n;
/** Messages of transactions that were given up are left out. */
const READ_COMMITTED = 1;

const offsetAt = async (
  consumer: Consumer,
  { topic, partition }: Pick<FetchPlace, 'topic' | 'partition'>,
  timestamp: bigint,
): Promise<bigint> => {
  const offsets = await consumer.listOffsets({ topics: [topic], partitions: { [topic]: [partition] }, timestamp });
  return offsets.get(topic)?.[partition] ?? 0n;
};

/** The offset that the next message of a partition will get. */
export const endOffset = (consumer: Consumer, place: Pick<FetchPlace, 'topic' | 'partition'>): Promise<bigint> =>
  offsetAt(consumer, place, LATEST);

const fetchOnce = async (
  consumer: Consumer,
  { topic, partition, start }: FetchPlace,
  { maxWaitMs, maxBytes }: FetchLimits,
): Promise<PartitionAnswer | undefined> => {
  const { topics } = await consumer.metadata({ topics: [topic] });
  const known = topics.get(topic);
  const leader = known?.partitions[partition]?.leader;
  if (known === undefined || leader === undefined) {
    throw new PortError({ code: 'not_found', message: 'the topic has no such partition', resource: topic });
  }
  const wanted = {
    partition,
    currentLeaderEpoch: -1,
    fetchOffset: start,
    lastFetchedEpoch: -1,
    partitionMaxBytes: maxBytes,
  };
  const { responses } = await consumer.fetch({
    node: leader,
    topics: [{ topicId: known.id, partitions: [wanted] }],
    minBytes: 1,
    maxBytes,
    maxWaitTime: maxWaitMs,
    isolationLevel: READ_COMMITTED,
  });
  return responses.flatMap(({ partitions }) => partitions).find(({ partitionIndex }) => partitionIndex === partition);
};

/**
 * Fetches from an offset on. In front of the oldest message that is kept, from that one; behind the newest, nothing. The answer holds whole
 * batches and at least one, however large, where there is any. `start` is the offset that was really begun with.
 */
export const fetchFrom = async (
  consumer: Consumer,
  place: FetchPlace,
  limits: FetchLimits,
): Promise<{ start: bigint; answer: Batches }> => {
  try {
    return { start: place.start, answer: (await fetchOnce(consumer, place, limits)) ?? {} };
  } catch (error) {
    if (!isBrokerError(error, 'OFFSET_OUT_OF_RANGE')) throw error;
  }
  const start = await offsetAt(consumer, place, EARLIEST);
  if (start < place.start) return { start: place.start, answer: {} };
  return { start, answer: (await fetchOnce(consumer, { ...place, start }, limits)) ?? {} };
};

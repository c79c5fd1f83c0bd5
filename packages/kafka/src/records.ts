import { isUtf8 } from 'node:buffer';
import type { Consumer, RecordsBatch } from '@platformatic/kafka';
import type { TopicRecord, TopicRecordHeader } from '@verifiedfan/ports';

type KafkaRecord = RecordsBatch['records'][number];
/** What a broker answers about one partition. */
export type PartitionAnswer = Awaited<ReturnType<Consumer['fetch']>>['responses'][number]['partitions'][number];
/** The part of it that holds messages; nothing when there were none. */
export type Batches = Pick<PartitionAnswer, 'records'>;

/** Bits of a batch's attributes: https://kafka.apache.org/documentation/#recordbatch */
const APPEND_TIME = 0b1000;
const CONTROL = 0b10_0000;

/** One record with its place. */
export type Placed = { offset: bigint; header: TopicRecordHeader; record: KafkaRecord };

const timeOf = ({ attributes, maxTimestamp, firstTimestamp }: RecordsBatch, { timestampDelta }: KafkaRecord): number =>
  Number((attributes & APPEND_TIME) === 0 ? firstTimestamp + timestampDelta : maxTimestamp);

/** The records of an answer from `start` on, in order. A broker answers whole batches, which may begin in front of it. */
export function* recordsFrom(
  { records: batches }: Batches,
  { shard, start }: { shard: string; start: bigint },
): Generator<Placed> {
  for (const batch of batches ?? []) {
    // Marks of transactions are no messages.
    if ((batch.attributes & CONTROL) !== 0) continue;
    for (const record of batch.records) {
      const offset = batch.firstOffset + BigInt(record.offsetDelta);
      if (offset < start) continue;
      const key = record.key === null ? null : record.key.toString();
      yield { offset, header: { shard, sequence: String(offset), key, atMs: timeOf(batch, record) }, record };
    }
  }
}

/** The offset behind everything in an answer, marks of transactions included; undefined when it is empty. */
export const endOf = ({ records: batches }: Batches): bigint | undefined => {
  const last = batches?.at(-1);
  return last && last.firstOffset + BigInt(last.lastOffsetDelta) + 1n;
};

export const bytesOf = ({ record: { key, value } }: Placed): number => (key?.length ?? 0) + (value?.length ?? 0);

/** A value that is UTF-8 is text; anything else stays bytes, a copy of its own, as the rest of the answer is let go. */
const readValue = (value: Buffer | null): TopicRecord['value'] => {
  if (value === null) return null;
  return isUtf8(value) ? value.toString() : Uint8Array.from(value);
};

export const toRecord = ({ header, record: { value, headers } }: Placed): TopicRecord => ({
  ...header,
  value: readValue(value),
  headers: Object.fromEntries(headers.map(([name, content]) => [String(name ?? ''), String(content ?? '')])),
});

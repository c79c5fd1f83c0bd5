import { DEFAULT_NOW_MS } from '../clock.ts';
import { ACCOUNT, type Payload, REGION, toBase64 } from './common.ts';

export type KafkaInputRecord = {
  topic: string;
  /** @default 0 */
  partition?: number | undefined;
  /** @default rises from 0 inside the partition */
  offset?: number | undefined;
  /** Null for a record without one; left out, the member is missing, which is legal too. */
  key?: string | null | undefined;
  /** Text and bytes as they are, everything else as JSON. Null is a tombstone. */
  value: Payload;
  headers?: Readonly<Record<string, string>> | undefined;
  timestampMs?: number | undefined;
};

export type KafkaRecordInput = {
  topic: string;
  partition: number;
  offset: number;
  timestamp: number;
  timestampType: 'CREATE_TIME' | 'LOG_APPEND_TIME';
  key?: string | null;
  value: string | null;
  headers: Record<string, number[]>[];
};

/** Unlike the published types, this knows tombstones and missing keys. */
export type KafkaInput = {
  eventSource: 'aws:kafka' | 'SelfManagedKafka';
  eventSourceArn?: string;
  bootstrapServers: string;
  records: Record<string, KafkaRecordInput[]>;
};

/** The event of Kafka topics, grouped by `<topic>-<partition>`. A self-managed cluster has no ARN. */
export const makeKafkaInput = (
  records: readonly KafkaInputRecord[],
  { kind = 'managed' }: { kind?: 'managed' | 'self-managed' } = {},
): KafkaInput => {
  const grouped: Record<string, KafkaRecordInput[]> = {};
  for (const record of records) {
    const group = `${record.topic}-${record.partition ?? 0}`;
    grouped[group] ??= [];
    grouped[group].push(makeRecord(record, grouped[group].at(-1)));
  }
  return {
    ...(kind === 'managed'
      ? { eventSource: 'aws:kafka', eventSourceArn: `arn:aws:kafka:${REGION}:${ACCOUNT}:cluster/cluster/uuid-1` }
      : { eventSource: 'SelfManagedKafka' }),
    bootstrapServers: 'b-1.example.com:9098,b-2.example.com:9098',
    records: grouped,
  };
};

const makeRecord = (record: KafkaInputRecord, previous: KafkaRecordInput | undefined): KafkaRecordInput => ({
  topic: record.topic,
  partition: record.partition ?? 0,
  offset: record.offset ?? (previous === undefined ? 0 : previous.offset + 1),
  timestamp: record.timestampMs ?? DEFAULT_NOW_MS,
  timestampType: 'CREATE_TIME',
  ...(record.key === undefined ? {} : { key: record.key === null ? null : toBase64(record.key) }),
  value: record.value === null ? null : toBase64(record.value),
  headers: Object.entries(record.headers ?? {}).map(([name, value]) => ({ [name]: signedBytes(value) })),
});

/** Java has no unsigned bytes, so bytes above 127 arrive as negative numbers. */
const signedBytes = (text: string): number[] => [...new Int8Array(Buffer.from(text))];

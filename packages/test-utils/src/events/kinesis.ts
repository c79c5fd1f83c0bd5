import type { KinesisStreamEvent, KinesisStreamTumblingWindowEvent } from 'aws-lambda';
import { DEFAULT_NOW_MS } from '../clock.ts';
import { ACCOUNT, type Payload, REGION, type TumblingWindow, toBase64, windowMembers } from './common.ts';

export type KinesisInputRecord = {
  /** Text and bytes as they are, everything else as JSON. */
  data: Payload;
  /** @default `key-<index>` */
  partitionKey?: string | undefined;
  /** Decimal digits. @default rises from the first */
  sequenceNumber?: string | undefined;
  /** Milliseconds; written in seconds with a fraction, as Kinesis does. */
  arrivedAtMs?: number | undefined;
};

export type KinesisInputOptions = {
  stream?: string;
  shardId?: string;
  window?: TumblingWindow | undefined;
};

const FIRST_SEQUENCE = 49_670_000_000_000_000_000_000_000_000_000_000_000_000_000_000_000_000_001n;

/** The event of a Kinesis stream: records of one shard. */
export const makeKinesisInput = (
  records: readonly KinesisInputRecord[],
  { stream = 'stream', shardId = 'shardId-000000000000', window }: KinesisInputOptions = {},
): KinesisStreamEvent & Partial<KinesisStreamTumblingWindowEvent> & { shardId?: string } => {
  const eventSourceARN = `arn:aws:kinesis:${REGION}:${ACCOUNT}:stream/${stream}`;
  const Records = records.map((record, index) => {
    const sequenceNumber = record.sequenceNumber ?? String(FIRST_SEQUENCE + BigInt(index));
    return {
      kinesis: {
        kinesisSchemaVersion: '1.0',
        partitionKey: record.partitionKey ?? `key-${index}`,
        sequenceNumber,
        data: toBase64(record.data),
        approximateArrivalTimestamp: (record.arrivedAtMs ?? DEFAULT_NOW_MS + index) / 1000,
      },
      eventSource: 'aws:kinesis',
      eventVersion: '1.0',
      eventID: `${shardId}:${sequenceNumber}`,
      eventName: 'aws:kinesis:record',
      invokeIdentityArn: `arn:aws:iam::${ACCOUNT}:role/worker`,
      awsRegion: REGION,
      eventSourceARN,
    };
  });
  return { Records, ...windowMembers(window, shardId, eventSourceARN) };
};

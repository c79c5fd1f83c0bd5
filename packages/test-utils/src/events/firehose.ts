import type { FirehoseTransformationEvent } from 'aws-lambda';
import { DEFAULT_NOW_MS } from '../clock.ts';
import { ACCOUNT, type Payload, REGION, toBase64, uuidOf } from './common.ts';

export type FirehoseInputRecord = {
  /** Text and bytes as they are, everything else as JSON. */
  data: Payload;
  recordId?: string | undefined;
  arrivedAtMs?: number | undefined;
  /** The key in the source stream; used with `sourceStream` only. */
  partitionKey?: string | undefined;
};

export type FirehoseInputOptions = {
  deliveryStream?: string;
  /** The Kinesis stream that feeds the delivery stream; adds the members that only such records have. @default none */
  sourceStream?: string | undefined;
};

/** The event of a Firehose transformation. Times are in milliseconds here, unlike in Kinesis. */
export const makeFirehoseInput = (
  records: readonly FirehoseInputRecord[],
  { deliveryStream = 'delivery', sourceStream }: FirehoseInputOptions = {},
): FirehoseTransformationEvent => ({
  invocationId: uuidOf(`${deliveryStream}:${records.length}`),
  deliveryStreamArn: `arn:aws:firehose:${REGION}:${ACCOUNT}:deliverystream/${deliveryStream}`,
  ...(sourceStream === undefined
    ? {}
    : { sourceKinesisStreamArn: `arn:aws:kinesis:${REGION}:${ACCOUNT}:stream/${sourceStream}` }),
  region: REGION,
  records: records.map((record, index) => {
    const recordId = record.recordId ?? `4967000000000000000000000000000000000000000000000000000${index}`;
    const arrivedAtMs = record.arrivedAtMs ?? DEFAULT_NOW_MS + index;
    const kinesisRecordMetadata = {
      shardId: 'shardId-000000000000',
      partitionKey: record.partitionKey ?? `key-${index}`,
      approximateArrivalTimestamp: arrivedAtMs,
      sequenceNumber: recordId,
      // Recordings of the service hold a number, the published types and SAM's samples text; text is what can be typed.
      subsequenceNumber: '0',
    };
    return {
      recordId,
      approximateArrivalTimestamp: arrivedAtMs,
      data: toBase64(record.data),
      ...(sourceStream === undefined ? {} : { kinesisRecordMetadata }),
    };
  }),
});

import {
  type _Record,
  GetRecordsCommand,
  type GetRecordsCommandOutput,
  GetShardIteratorCommand,
} from '@aws-sdk/client-kinesis';
import type { StreamRecord } from '@verifiedfan/ports';
import { type Kinesis, malformed } from './client.ts';
import { decodeData } from './entry.ts';
import type { Pace } from './pace.ts';

/** Where reading begins. */
export type Start =
  | { ShardIteratorType: 'TRIM_HORIZON' }
  | { ShardIteratorType: 'AFTER_SEQUENCE_NUMBER'; StartingSequenceNumber: string }
  | { ShardIteratorType: 'AT_TIMESTAMP'; Timestamp: Date };

export const FROM_OLDEST: Start = { ShardIteratorType: 'TRIM_HORIZON' };
export const behind = (sequence: string): Start => ({
  ShardIteratorType: 'AFTER_SEQUENCE_NUMBER',
  StartingSequenceNumber: sequence,
});

export type Page = {
  records: StreamRecord[];
  /** Where to go on; undefined when the shard is closed and this page reaches its end. */
  next: string | undefined;
  /** 0 at the tip. Above it there may be records even behind an empty page. */
  behindMs: number;
};

export type PageRequest = { shard: string; iterator: string; limit: number; signal?: AbortSignal | undefined };

/** The two calls that reading is made of. */
export type Pages = {
  open(shard: string, start: Start): Promise<string>;
  get(request: PageRequest): Promise<Page>;
};

const sizeOf = ({ PartitionKey, Data }: _Record): number => Buffer.byteLength(PartitionKey ?? '') + (Data?.length ?? 0);

const measureRead = ({ Records = [] }: { Records?: _Record[] | undefined }) => ({
  records: Records.length,
  bytes: Records.reduce((sum, record) => sum + sizeOf(record), 0),
  units: 0,
});

export const createPages = ({
  kinesis,
  name,
  streamName,
  pace,
}: {
  kinesis: Kinesis;
  name: string;
  streamName: string;
  pace: Pace;
}): Pages => {
  const toRecord = (shard: string, record: _Record): StreamRecord => {
    const { SequenceNumber: sequence, PartitionKey, Data, ApproximateArrivalTimestamp } = record;
    if (sequence === undefined) throw malformed('GetRecords', name);
    return {
      shard,
      sequence,
      // A stream that distributes its records by itself has none.
      partitionKey: PartitionKey ?? '',
      arrivedAtMs: Math.round(ApproximateArrivalTimestamp?.getTime() ?? 0),
      data: decodeData(Data ?? new Uint8Array()),
    };
  };

  return {
    async open(shard, start) {
      const { ShardIterator: iterator } = await kinesis.call({
        operation: 'GetShardIterator',
        send: (sdk) => sdk.send(new GetShardIteratorCommand({ StreamName: streamName, ShardId: shard, ...start })),
      });
      if (!iterator) throw malformed('GetShardIterator', name);
      return iterator;
    },
    async get({ shard, iterator, limit, signal }) {
      await pace.turn(shard, signal);
      const answer = await kinesis.call<GetRecordsCommandOutput>({
        operation: 'GetRecords',
        send: (sdk) =>
          sdk.send(
            new GetRecordsCommand({ ShardIterator: iterator, Limit: limit }),
            // Reading takes nothing away, so nothing is lost with a call that is dropped.
            signal === undefined ? {} : { abortSignal: signal },
          ),
        measure: measureRead,
      });
      const { Records, NextShardIterator, MillisBehindLatest } = answer;
      if (!Array.isArray(Records)) throw malformed('GetRecords', name);
      pace.spent(shard, measureRead(answer).bytes);
      return {
        records: Records.map((record) => toRecord(shard, record)),
        next: NextShardIterator || undefined,
        behindMs: MillisBehindLatest ?? 0,
      };
    },
  };
};

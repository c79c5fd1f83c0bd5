import { PutRecordsCommand, type PutRecordsResultEntry } from '@aws-sdk/client-kinesis';
import { BatchError, batchFn } from '@verifiedfan/batch-fn';
import { type Clock, PortError, type Random, type RecordStream, type StreamPutResult } from '@verifiedfan/ports';
import { toPortError } from '../sdk/errors.ts';
import { createRefusedAlone } from '../sdk/refused-alone.ts';
import { createTurns } from '../sdk/turns.ts';
import { type Kinesis, malformed } from './client.ts';
import { type PreparedEntry, prepareEntry } from './entry.ts';

export type PutOptions = {
  kinesis: Kinesis;
  name: string;
  streamName: string;
  concurrency: number;
  attempts: number;
  clock: Clock;
  random: Random;
};

type Stored = { sequence: string; shard: string };

/** https://docs.aws.amazon.com/kinesis/latest/APIReference/API_PutRecords.html */
const MAX_RECORDS = 500;
const MAX_REQUEST_BYTES = 5 * 1_048_576;
const PAYLOAD_UNIT_BYTES = 25 * 1_024;

/** The service's word for an entry, as if it were an exception: by its name if that is known, else as one of the service's own faults. */
const toEntryError = (name: string, resource: string): PortError =>
  toPortError({ name, $metadata: { httpStatusCode: 500 } }, { operation: 'PutRecords, one record', resource });

/**
 * Appends any number of records. Kinesis goes on with the records behind one that it refused, so order within a request is kept only as
 * long as nothing fails: "PutRecords doesn't guarantee the ordering of records". Therefore a request holds at most one record of a key,
 * the next goes out when the one before it is stored, and when one is given up those behind it are not sent at all. Calls that overlap
 * take turns at the keys they share. The price: n records of one key in one call are n requests; records of many keys fill requests.
 */
export const createPut = ({ kinesis, name, streamName, ...options }: PutOptions): RecordStream['putMany'] => {
  const takeTurn = createTurns();
  const refusedAlone = createRefusedAlone();

  const toResult = ({ SequenceNumber, ShardId, ErrorCode }: PutRecordsResultEntry): StreamPutResult => {
    if (ErrorCode) return { error: refusedAlone.note(toEntryError(ErrorCode, name)) };
    return SequenceNumber && ShardId
      ? { sequence: SequenceNumber, shard: ShardId }
      : { error: malformed('PutRecords', name) };
  };

  const putRecords = async (batch: PreparedEntry[]): Promise<StreamPutResult[]> => {
    const { Records: results = [] } = await kinesis.call({
      operation: 'PutRecords',
      send: (sdk) => sdk.send(new PutRecordsCommand({ StreamName: streamName, Records: batch.map(toRequestEntry) })),
      measure: ({ Records = [] }) => measureWritten(batch, Records),
    });
    if (results.length !== batch.length) throw malformed('PutRecords', name);
    return results.map(toResult);
  };

  const putAll = batchFn<PreparedEntry, Stored>(putRecords, {
    ...options,
    batchSize: MAX_RECORDS,
    maxBytes: MAX_REQUEST_BYTES,
    sizeOf: ({ bytes }) => bytes,
    keyOf: ({ partitionKey }) => partitionKey,
    stopKeyOnFailure: true,
    isRetryable: refusedAlone.mayRepeat,
  });

  return async (entries) => {
    const prepared = entries.map(prepareEntry);
    if (prepared.length === 0) return [];
    const keys = prepared.map(({ partitionKey }) => partitionKey);
    const outcomes = await takeTurn(keys, () => putAll(prepared));
    return outcomes.map((outcome) => ('error' in outcome ? { error: toGivenUp(outcome.error, name) } : outcome));
  };
};

const toRequestEntry = ({ partitionKey, data }: PreparedEntry) => ({
  PartitionKey: partitionKey,
  Data: typeof data === 'string' ? Buffer.from(data) : data,
});

const measureWritten = (batch: readonly PreparedEntry[], results: readonly PutRecordsResultEntry[]) => {
  const written = batch.filter((_, index) => results[index]?.SequenceNumber !== undefined);
  return {
    records: written.length,
    bytes: written.reduce((sum, { bytes }) => sum + bytes, 0),
    units: written.reduce((sum, { bytes }) => sum + Math.max(1, Math.ceil(bytes / PAYLOAD_UNIT_BYTES)), 0),
  };
};

const toGivenUp = (error: Error, resource: string): Error => {
  if (!(error instanceof BatchError)) return error;
  const message = `the record was not sent, since an earlier one of its key failed (${error.code})`;
  return new PortError({ code: 'unavailable', message, resource, cause: error });
};

import { batchFn, type Outcome } from '@verifiedfan/batch-fn';
import { assertOptions } from '@verifiedfan/driver';
import { type AwsConnection, sdkClient, sdkConfiguration } from '../sdk/connection.ts';
import { calling } from '../sdk/errors.ts';
import { createRefusedAlone } from '../sdk/refused-alone.ts';
import { lazily } from './lazily.ts';
import { entryError } from './outcomes.ts';

export type FirehoseClient = {
  /**
   * Any number of records, answered in order. Firehose joins records as they are: lines need their own line end. Records that failed in
   * a way that may pass are sent again, they alone, and may then come behind later ones.
   */
  putRecordBatch(input: {
    DeliveryStreamName: string;
    /** Each at most 1,000 KiB. */
    records: readonly (string | Uint8Array)[];
  }): Promise<Outcome<{ recordId: string }>[]>;
};

/** https://docs.aws.amazon.com/firehose/latest/APIReference/API_PutRecordBatch.html */
const MOST_RECORDS = 500;
const MOST_BYTES = 4 * 2 ** 20;
const LONGEST_RECORD = 1_024_000;
const BATCHES_AT_ONCE = 2;

const sizeOf = (data: Uint8Array): number =>
  // A record over its own limit is refused as one that fits into no batch, without costing the others their request.
  data.length > LONGEST_RECORD ? MOST_BYTES + 1 : data.length;

/** Hands records to delivery streams. */
export const Firehose = (options: { connection: AwsConnection }): FirehoseClient => {
  assertOptions(options, ['connection']);
  const { connection } = options;
  const { clock, random } = connection;
  const open = lazily(async () => {
    const sdk = await import('@aws-sdk/client-firehose');
    const client = new sdk.FirehoseClient(sdkConfiguration(connection));
    return { sdk, client: sdkClient(client, { name: 'firehose', connection }) };
  });

  const refusedAlone = createRefusedAlone();

  const putSome = async (DeliveryStreamName: string, batch: Uint8Array[]): Promise<Outcome<{ recordId: string }>[]> => {
    const about = { operation: 'firehose.PutRecordBatch', resource: DeliveryStreamName };
    const { RequestResponses = [] } = await calling(about, async () => {
      const { sdk, client } = await open();
      const Records = batch.map((Data) => ({ Data }));
      return client.send(new sdk.PutRecordBatchCommand({ DeliveryStreamName, Records }));
    });
    return RequestResponses.map(({ RecordId, ErrorCode }) =>
      RecordId === undefined
        ? { error: refusedAlone.note(entryError({ code: ErrorCode }, about)) }
        : { recordId: RecordId },
    );
  };

  return {
    putRecordBatch: ({ DeliveryStreamName, records }) =>
      batchFn<Uint8Array, { recordId: string }>((batch) => putSome(DeliveryStreamName, batch), {
        batchSize: MOST_RECORDS,
        concurrency: BATCHES_AT_ONCE,
        maxBytes: MOST_BYTES,
        sizeOf,
        isRetryable: refusedAlone.mayRepeat,
        clock,
        random,
      })(records.map((record) => (typeof record === 'string' ? Buffer.from(record) : record))),
  };
};

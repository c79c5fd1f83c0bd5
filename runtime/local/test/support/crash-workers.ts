import { dynamodbStream, kinesis, s3, sqs, type Worker } from '@verifiedfan/worker';
import { aWorker } from './workers.ts';

/** One worker of each kind of source, small batches, that writes down every record when it is done with it. */
export const crashWorkers = (done: (line: string) => Promise<void>): Record<string, Worker> => ({
  stream: aWorker(kinesis('stream', { batchSize: 3 }), async (records) => {
    for (const { data } of records) await done(`stream ${data}`);
    return {};
  }),
  changes: aWorker(dynamodbStream('rows', { batchSize: 3 }), async (records) => {
    for (const { data } of records) await done(`changes ${data.keys.SK}`);
    return {};
  }),
  queue: aWorker(sqs('queue', { batchSize: 3 }), async (records) => {
    for (const { data } of records) await done(`queue ${data}`);
    return {};
  }),
  bucket: aWorker(s3('bucket'), async (records) => {
    for (const { data } of records) await done(`bucket ${data.key}`);
    return {};
  }),
});

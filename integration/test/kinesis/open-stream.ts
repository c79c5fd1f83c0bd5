import { KinesisClient } from '@aws-sdk/client-kinesis';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { type AwsConnection, createKinesisStream, type KinesisStream, makeStream } from '@verifiedfan/aws';
import { uniqueName } from '../../src/index.ts';

/** A new stream, with the driver set to an emulator's pace: none of them limits reads, and suites do not wait for seconds. */
export const openStream = async (connection: AwsConnection, shards = 2) => {
  const streamName = uniqueName('scores');
  await makeStream({ streamName, shards, connection });
  const open = (): KinesisStream =>
    createKinesisStream({
      name: 'scoresStream',
      streamName,
      connection,
      pollMs: 50,
      readsPerSecond: 1_000,
      readBytesPerSecond: 1_000_000_000,
    });
  return { streamName, open, stream: open() };
};

/** An ordinary client of Kinesis, for what only a stream's owner does. */
export const openClient = ({ region = '', endpoint = '', credentials }: AwsConnection): KinesisClient => {
  const { accessKeyId = '', secretAccessKey = '' } = credentials ?? {};
  const requestHandler = new NodeHttpHandler();
  return new KinesisClient({ region, endpoint, credentials: { accessKeyId, secretAccessKey }, requestHandler });
};

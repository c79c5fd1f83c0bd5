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

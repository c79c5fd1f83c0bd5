import { CreateStreamCommand, DescribeStreamSummaryCommand } from '@aws-sdk/client-kinesis';
import { PortError } from '@verifiedfan/ports';
import type { AwsConnection } from '../sdk/connection.ts';
import { createKinesis, isCausedBy, type Kinesis } from './client.ts';

export type MakeStreamOptions = {
  streamName: string;
  /** @default 1 */
  shards?: number | undefined;
  connection: AwsConnection;
};

const POLL_MS = 200;
const MOST_POLLS = 300;

/**
 * Makes a stream and waits until it can be used; one that is there already stays as it is. For tests and emulators: a deployed estate has
 * its streams from its own stack. A stream that is not active after a minute is `unavailable`.
 */
export const makeStream = async ({ streamName, shards = 1, connection }: MakeStreamOptions): Promise<void> => {
  const kinesis = createKinesis({ name: streamName, streamName, connection });
  try {
    await kinesis
      .call({
        operation: 'CreateStream',
        send: (sdk) => sdk.send(new CreateStreamCommand({ StreamName: streamName, ShardCount: shards })),
      })
      .catch((error: unknown) => {
        if (!isCausedBy(error, 'ResourceInUseException')) throw error;
      });
    for (let polls = 0; (await statusOf(kinesis, streamName)) !== 'ACTIVE'; polls++) {
      if (polls >= MOST_POLLS) throw notActive(streamName);
      await connection.clock.sleep(POLL_MS);
    }
  } finally {
    await kinesis.lifecycle.close();
  }
};

/** The state of a stream as Kinesis has it; one that is not there is `not_found`. */
export const statusOf = async (kinesis: Kinesis, streamName: string): Promise<string | undefined> => {
  const answer = await kinesis.call({
    operation: 'DescribeStreamSummary',
    send: (sdk) => sdk.send(new DescribeStreamSummaryCommand({ StreamName: streamName })),
  });
  return answer.StreamDescriptionSummary?.StreamStatus;
};

export const notActive = (streamName: string, resource = streamName): PortError =>
  new PortError({ code: 'unavailable', message: `stream ${streamName} is not active`, resource });

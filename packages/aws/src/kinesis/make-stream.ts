import { CreateStreamCommand, DescribeStreamSummaryCommand } from '@aws-sdk/client-kinesis';
import type { AwsConnection } from '../sdk/connection.ts';
import { isCausedBy } from '../sdk/errors.ts';
import { untilActive } from '../sdk/until-active.ts';
import { createKinesis, type Kinesis } from './client.ts';

export type MakeStreamOptions = {
  streamName: string;
  /** @default 1 */
  shards?: number | undefined;
  connection: AwsConnection;
};

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
    await untilActive({
      clock: connection.clock,
      what: `stream ${streamName}`,
      resource: streamName,
      status: () => statusOf(kinesis, streamName),
    });
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

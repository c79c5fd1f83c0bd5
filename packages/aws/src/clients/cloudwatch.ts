import type { InputLogEvent, RejectedLogEventsInfo } from '@aws-sdk/client-cloudwatch-logs';
import { batchFn, type Outcome } from '@verifiedfan/batch-fn';
import { assertOptions } from '@verifiedfan/driver';
import { PortError } from '@verifiedfan/ports';
import { type AwsConnection, sdkClient, sdkConfiguration } from '../sdk/connection.ts';
import { calling, toPortError } from '../sdk/errors.ts';
import { lazily } from './lazily.ts';

export type LogEvent = {
  /** Whole milliseconds since 1970. At most 14 days old, or as old as the group keeps events, and at most 2 hours ahead. */
  timestamp: number;
  /** 1 byte to 1 MiB less 26 bytes. */
  message: string;
};

export type LogStreamName = { logGroupName: string; logStreamName: string };

export type CloudWatchClient = {
  /**
   * Any number of events in any order of time, answered in the order given; one over a limit keeps none of the others back. The stream is made
   * when it is missing, the group is not. A request that failed in a way that may pass is sent again by the SDK, and may then stand twice.
   */
  putLogEvents(input: LogStreamName & { logEvents: readonly LogEvent[] }): Promise<Outcome<{ stored: true }>[]>;
};

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html */
const MOST_EVENTS = 10_000;
const MOST_BYTES = 1_048_576;
const BYTES_PER_EVENT = 26;
const LONGEST_SPAN_MS = 86_400_000;

type Indexed = { index: number; event: LogEvent };

/** CloudWatch refuses a whole request for one event of these. */
const flawOf = ({ timestamp, message }: LogEvent): string | undefined => {
  if (message === '') return 'its message is empty';
  const isTime = Number.isSafeInteger(timestamp) && timestamp >= 0;
  return isTime ? undefined : 'its timestamp is no whole number of milliseconds since 1970';
};

const notTaken = (reason: string, resource: string): { error: PortError } => ({
  error: new PortError({ code: 'validation', message: `a log event was not taken: ${reason}`, resource }),
});

/** In the order of time, as every request must be, and in runs that a single request may span. */
const toRuns = (events: readonly Indexed[]): Indexed[][] => {
  const sorted = events.toSorted((a, b) => a.event.timestamp - b.event.timestamp);
  const runs: Indexed[][] = [];
  for (const one of sorted) {
    const run = runs.at(-1);
    const firstMs = run?.[0]?.event.timestamp ?? Number.NEGATIVE_INFINITY;
    if (run !== undefined && one.event.timestamp - firstMs < LONGEST_SPAN_MS) run.push(one);
    else runs.push([one]);
  }
  return runs;
};

const rejection = (index: number, info: RejectedLogEventsInfo): string | undefined => {
  const { tooNewLogEventStartIndex, tooOldLogEventEndIndex, expiredLogEventEndIndex } = info;
  if (tooNewLogEventStartIndex !== undefined && index >= tooNewLogEventStartIndex) return 'too far ahead';
  if (expiredLogEventEndIndex !== undefined && index < expiredLogEventEndIndex)
    return 'older than the group keeps events';
  return tooOldLogEventEndIndex !== undefined && index < tooOldLogEventEndIndex ? 'too old' : undefined;
};

/** Logs. Metrics are `createCloudWatchMetrics` and `createEmbeddedMetrics`. */
export const CloudWatch = (options: { connection: AwsConnection }): CloudWatchClient => {
  assertOptions(options, ['connection']);
  const { connection } = options;
  const { clock, random } = connection;
  const open = lazily(async () => {
    const sdk = await import('@aws-sdk/client-cloudwatch-logs');
    const client = new sdk.CloudWatchLogsClient(sdkConfiguration(connection));
    return { sdk, client: sdkClient(client, { name: 'cloudwatchlogs', connection }) };
  });

  const createStream = async (stream: LogStreamName): Promise<void> => {
    const { sdk, client } = await open();
    try {
      await client.send(new sdk.CreateLogStreamCommand(stream));
    } catch (error) {
      // Another process was faster.
      if (error instanceof Error && error.name === 'ResourceAlreadyExistsException') return;
      throw toPortError(error, { operation: 'cloudwatchlogs.CreateLogStream', resource: stream.logGroupName });
    }
  };

  const putSome = async (stream: LogStreamName, logEvents: InputLogEvent[]): Promise<Outcome<{ stored: true }>[]> => {
    const { logGroupName: resource } = stream;
    const { sdk, client } = await open();
    const put = () => client.send(new sdk.PutLogEventsCommand({ ...stream, logEvents }));
    const { rejectedLogEventsInfo = {} } = await calling({ operation: 'cloudwatchlogs.PutLogEvents', resource }, () =>
      put().catch(async (error: unknown) => {
        if (!(error instanceof Error) || error.name !== 'ResourceNotFoundException') throw error;
        await createStream(stream);
        return put();
      }),
    );
    return logEvents.map((_, index) => {
      const reason = rejection(index, rejectedLogEventsInfo);
      return reason === undefined ? { stored: true } : notTaken(reason, resource);
    });
  };

  return {
    async putLogEvents({ logEvents, ...stream }) {
      const send = batchFn<Indexed, { stored: true }>(
        (batch) =>
          putSome(
            stream,
            batch.map(({ event }) => event),
          ),
        {
          batchSize: MOST_EVENTS,
          maxBytes: MOST_BYTES,
          sizeOf: ({ event }) => Buffer.byteLength(event.message) + BYTES_PER_EVENT,
          // Only whole requests fail in a way that may pass, and those the SDK has repeated.
          attempts: 1,
          clock,
          random,
        },
      );
      const outcomes = new Array<Outcome<{ stored: true }>>(logEvents.length);
      const good = logEvents.flatMap((event, index): Indexed[] => {
        const flaw = flawOf(event);
        if (flaw !== undefined) outcomes[index] = notTaken(flaw, stream.logGroupName);
        return flaw === undefined ? [{ index, event }] : [];
      });
      for (const run of toRuns(good)) {
        for (const [position, outcome] of (await send(run)).entries()) {
          const index = run[position]?.index;
          if (index !== undefined) outcomes[index] = outcome;
        }
      }
      return outcomes;
    },
  };
};

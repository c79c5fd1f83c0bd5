import type { Configuration } from '@verifiedfan/platform';
import type { JsonValue } from '@verifiedfan/ports';
import type { Handler } from '@verifiedfan/worker';

type Options = Pick<Configuration, 'streamFailures' | 'singleShard'>;

/** Records of a stream failed, and nobody would read which: the whole batch has to come again. */
export class StreamFailureError extends Error {
  override readonly name = 'StreamFailureError';
  readonly code = 'stream_failure';
  readonly retryable = true;
  constructor(failures: number) {
    super(`${failures} records of the batch failed`);
  }
}

/**
 * The handler for a stand-in of Lambda that leaves out what AWS does for streams, measured with ministack 1.5: it ignores `batchItemFailures`
 * of streams, so `streamFailures: 'throw'` throws `StreamFailureError` where that list holds something; and it names no shard beside the changes
 * of a table, so `singleShard` is what such a batch is said to come from. As AWS is, the handler is returned as it came.
 */
export const onEmulatedStreams = (handler: Handler, { streamFailures, singleShard }: Options): Handler => {
  if (streamFailures === 'report' && singleShard === undefined) return handler;
  return async (event, context) => {
    const answer = await handler(singleShard === undefined ? event : withShard(event, singleShard), context);
    const failures = streamFailures === 'throw' && isOfStream(event) ? failuresOf(answer) : 0;
    if (failures > 0) throw new StreamFailureError(failures);
    return answer;
  };
};

/** A window that has neither begun nor ended: only its shard is wanted. What names a shard keeps it. */
const withShard = (event: unknown, shardId: string): unknown =>
  eventSourceOf(event) !== 'aws:dynamodb' || 'shardId' in (event as object)
    ? event
    : { window: {}, state: {}, ...(event as object), shardId };

const isOfStream = (event: unknown): boolean => ['aws:dynamodb', 'aws:kinesis'].includes(eventSourceOf(event) ?? '');

const eventSourceOf = (event: unknown): string | undefined => {
  const [first] = (event as { Records?: readonly { eventSource?: string }[] } | null)?.Records ?? [];
  return first?.eventSource;
};

const failuresOf = (answer: JsonValue): number => {
  const { batchItemFailures = [] } = (answer ?? {}) as { batchItemFailures?: readonly JsonValue[] };
  return batchItemFailures.length;
};

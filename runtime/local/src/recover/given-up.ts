import { isObject, type PreparedWorker } from '@verifiedfan/worker';

/** What Lambda says that it gave up: a part of a shard, whose records are still where they were, or a whole event. */
export type GivenUp =
  | { kind: 'kinesis' | 'dynamodb'; resource: string; shard: string; first: string; last: string }
  | { kind: 'event'; event: unknown };

const SEQUENCE = /^[0-9]{1,129}$/;

/**
 * Reads a message of an on-failure destination: for streams it holds positions and no records, for uploads and schedules the event, and what
 * EventBridge could not hand to Lambda is the event itself. Undefined for anything else, and for what is of no source of the worker.
 * Shapes: https://docs.aws.amazon.com/lambda/latest/dg/kinesis-on-failure-destination.html, …/invocation-async-retain-records.html
 */
export const readGivenUp = (body: string, { worker }: Pick<PreparedWorker, 'worker'>): GivenUp | undefined => {
  const message = parse(body);
  if (!isObject(message)) return undefined;
  const { KinesisBatchInfo, DDBStreamBatchInfo, requestPayload } = message;
  if (isObject(KinesisBatchInfo)) return readBatchInfo('kinesis', KinesisBatchInfo, worker);
  if (isObject(DDBStreamBatchInfo)) return readBatchInfo('dynamodb', DDBStreamBatchInfo, worker);
  const event = requestPayload ?? message;
  return worker.sources.some((source) => source.recognises(event)) ? { kind: 'event', event } : undefined;
};

const readBatchInfo = (
  kind: 'kinesis' | 'dynamodb',
  { shardId, startSequenceNumber, endSequenceNumber, streamArn }: Record<string, unknown>,
  { sources }: PreparedWorker['worker'],
): GivenUp | undefined => {
  const isSequence = (value: unknown): value is string => typeof value === 'string' && SEQUENCE.test(value);
  if (typeof shardId !== 'string' || !isSequence(startSequenceNumber) || !isSequence(endSequenceNumber))
    return undefined;
  const named = sources.filter((source) => source.kind === kind);
  // The ARN says what the stream is called in its account; a worker with one source of the kind needs no more.
  const source = named.find(({ resource }) => named.length === 1 || String(streamArn).includes(`-${resource}`));
  if (source === undefined) return undefined;
  return { kind, resource: source.resource, shard: shardId, first: startSequenceNumber, last: endSequenceNumber };
};

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

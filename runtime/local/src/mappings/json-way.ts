import type { JsonValue } from '@verifiedfan/ports';
import { invoke, isObject, type PreparedWorker } from '@verifiedfan/worker';

export type JsonWayOptions = {
  prepared: PreparedWorker;
  /** Records of the AWS event. */
  records: readonly JsonValue[];
  signal: AbortSignal;
  /** For a source with a tumbling window: only then does AWS tell the shard of a DynamoDB batch. */
  window?: { shard: string; seconds: number } | undefined;
};

/** Hands a worker the exact AWS event, after a round trip through JSON, so that nothing is shared with the caller. */
export const invokeWithEvent = ({ prepared, records, signal, window }: JsonWayOptions): Promise<JsonValue> => {
  const nowMs = prepared.host.platform.clock.now();
  const members = window === undefined ? {} : windowMembers({ ...window, nowMs, first: records[0] });
  const event = JSON.parse(JSON.stringify({ Records: records, ...members })) as unknown;
  return invoke(prepared, event, { signal });
};

type WindowOptions = { shard: string; seconds: number; nowMs: number; first: JsonValue | undefined };

/** Windows begin at multiples of their length; this runtime ends none, since no worker keeps a state in them. */
const windowMembers = ({ shard, seconds, nowMs, first }: WindowOptions) => {
  const startMs = Math.floor(nowMs / (seconds * 1_000)) * seconds * 1_000;
  const iso = (atMs: number): string => `${new Date(atMs).toISOString().slice(0, 19)}Z`;
  return {
    window: { start: iso(startMs), end: iso(startMs + seconds * 1_000) },
    state: {},
    shardId: shard,
    eventSourceARN: isObject(first) ? first.eventSourceARN : undefined,
    isFinalInvokeForWindow: false,
    isWindowTerminatedEarly: false,
  };
};

/** The identifiers that an answer reports; undefined when they are no list of texts, which fails the whole batch. */
const reportedIds = (answer: JsonValue): string[] | undefined => {
  const failures = isObject(answer) ? answer.batchItemFailures : undefined;
  if (failures === undefined || failures === null) return [];
  if (!Array.isArray(failures)) return undefined;
  const ids = failures.map((failure) => (isObject(failure) ? failure.itemIdentifier : undefined));
  return ids.every((id) => typeof id === 'string' && id !== '') ? (ids as string[]) : undefined;
};

/**
 * Reads a stream worker's answer as AWS does (https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-batchfailurereporting.html):
 * nothing, null or an empty list is success; the lowest known sequence is the point to repeat from; an empty, missing or unknown
 * identifier fails the whole batch, and so does an answer without the state of its window.
 */
export const interpretAnswer = (
  answer: JsonValue,
  sequences: readonly string[],
  { windowed = false }: { windowed?: boolean } = {},
): { failedFrom?: number; error?: Error } => {
  if (windowed && !(isObject(answer) && 'state' in answer))
    return malformed('the answer lacks the state of its window');
  const ids = reportedIds(answer);
  if (ids === undefined) return malformed('batchItemFailures is not a list of identifiers');
  if (ids.length === 0) return {};
  const places = ids.map((id) => sequences.indexOf(id));
  if (places.includes(-1)) return malformed('the answer names an unknown record');
  return { failedFrom: Math.min(...places), error: new Error('records to be retried') };
};

const malformed = (message: string) => ({ failedFrom: 0, error: new Error(message) });

/** The same for a queue: exactly the named messages come back. Undefined means all of them. */
export const failedMessageIds = (answer: JsonValue, ids: readonly string[]): ReadonlySet<string> | undefined => {
  const reported = reportedIds(answer);
  return reported?.every((id) => ids.includes(id)) ? new Set(reported) : undefined;
};

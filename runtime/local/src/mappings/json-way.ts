import type { JsonValue } from '@verifiedfan/ports';
import { invoke, isObject, type PreparedWorker } from '@verifiedfan/worker';

/** Hands a worker the exact AWS event, after a round trip through JSON, so that nothing is shared with the caller. */
export const invokeWithEvent = async ({
  prepared,
  records,
  shard,
  windowed,
}: {
  prepared: PreparedWorker;
  records: readonly JsonValue[];
  shard?: string;
  windowed?: boolean;
}): Promise<JsonValue> => {
  const window =
    windowed === true && shard !== undefined
      ? { window: {}, state: {}, shardId: shard, isFinalInvokeForWindow: false }
      : {};
  const event = JSON.parse(JSON.stringify({ Records: records, ...window })) as unknown;
  return invoke(prepared, event, {});
};

/**
 * Reads a stream worker's answer as AWS does (https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-batchfailurereporting.html):
 * nothing, null or an empty list is success; the lowest known sequence is the point to repeat from; an empty, missing or unknown
 * identifier fails the whole batch.
 */
export const interpretAnswer = (
  answer: JsonValue,
  sequences: readonly string[],
): { failedFrom?: number; error?: Error } => {
  const failures = isObject(answer) ? answer.batchItemFailures : undefined;
  if (failures === undefined || failures === null) return {};
  if (!Array.isArray(failures)) return { failedFrom: 0, error: new Error('batchItemFailures is not a list') };
  const positions = failures.map((failure) =>
    sequences.indexOf(isObject(failure) ? String(failure.itemIdentifier ?? '') : ''),
  );
  if (positions.length === 0) return {};
  if (positions.includes(-1)) return { failedFrom: 0, error: new Error('the answer names an unknown record') };
  return { failedFrom: Math.min(...positions), error: new Error('records to be retried') };
};

/** The same for a queue: exactly the named messages come back. Undefined means all of them. */
export const failedMessageIds = (answer: JsonValue, ids: readonly string[]): ReadonlySet<string> | undefined => {
  const failures = isObject(answer) ? answer.batchItemFailures : undefined;
  if (failures === undefined || failures === null) return new Set();
  if (!Array.isArray(failures)) return undefined;
  const named = failures.map((failure) => (isObject(failure) ? String(failure.itemIdentifier ?? '') : ''));
  return named.every((id) => ids.includes(id)) ? new Set(named) : undefined;
};

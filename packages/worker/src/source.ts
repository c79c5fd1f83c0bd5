import type { JsonValue } from '@verifiedfan/ports';
import type { Outcomes } from './outcomes.ts';
import type { Batch, DecodedBatch, SourceKind, WorkerRecord } from './record.ts';

/** What a decoder needs besides the event: ids are made from here, so that a replay makes the same ones. */
export type DecodeContext = { correlation: string; nowMs: number };

/** Options that all event source mappings share, under AWS's names in our spelling; see `docs/workers.md` for the limits. */
export type StreamSourceOptions = {
  /** Most records an invocation, 1 to 10,000. @default 100 */
  batchSize?: number;
  /** Longest wait for a batch to fill, in seconds, 0 to 300. @default 0 */
  batchWindowSeconds?: number;
  /** Split a failing batch in two. @default true */
  bisectOnError?: boolean;
  /** Attempts after the first, -1 (until the record expires) to 10,000. @default -1 */
  maxRetries?: number;
  /** Oldest record that is still tried, in seconds, 60 to 604,800; -1 is unlimited. @default -1 */
  maxAgeSeconds?: number;
  /** Batches of one shard at once, 1 to 10, in order per key. @default 1 */
  parallelization?: number;
  /** Tumbling window in seconds, 0 to 900: without one a DynamoDB batch does not say which shard it is from. @default 0 */
  windowSeconds?: number;
  /** AWS event patterns, at most 5, OR-ed; records that match none are passed over before they are decoded. */
  filters?: readonly JsonValue[];
};

export type QueueSourceOptions = {
  /** Most messages an invocation: 1 to 10,000, FIFO 1 to 10. @default 10 */
  batchSize?: number;
  /** Longest wait for a batch to fill, in seconds, 0 to 300; over 10 messages at least 1; FIFO none. @default 0 */
  batchWindowSeconds?: number;
  /** Invocations at once, 2 to 1,000. @default 2 */
  maxConcurrency?: number;
};

/**
 * One kind of event source behind one seam: recognises its AWS event, decodes it, and says partial failure in the source's own shape.
 * A new kind is one new file.
 */
export type Source<Data = unknown> = {
  kind: SourceKind;
  /** The resource in the catalogue, or the GraphQL field. */
  resource: string;
  /** A batch source is told per record what failed; a request source answers with its value or throws. */
  mode: 'batch' | 'request';
  stream?: Required<Omit<StreamSourceOptions, 'filters'>> & { filters: readonly JsonValue[] };
  queue?: Required<QueueSourceOptions> & { fifo: boolean };
  /** Whether the event, as AWS sends it, is of this kind; the resource's own name is not compared, since AWS may have made it up. */
  recognises(event: unknown): boolean;
  decode(event: unknown, context: DecodeContext): DecodedBatch<Data>;
  /** The records that the source delivers again, in the order of the batch: more than what failed, where order counts. */
  repeats(records: readonly WorkerRecord<unknown>[], outcomes: Outcomes): readonly WorkerRecord<unknown>[];
  /** The members that report failure for this source, put beside the counters; empty for sources that only know all or nothing. */
  respond(batch: Batch<Data>, repeated: readonly WorkerRecord<unknown>[]): { [member: string]: JsonValue };
  /** The event that would hand over this raw record alone, to redrive a dead letter; `shard` where the record came with one. */
  redrive(payload: JsonValue, shard?: string): unknown;
};

/** A stream starts again at the first failed record. */
export const repeatsFromFirstFailed = (
  records: readonly WorkerRecord<unknown>[],
  { retried }: Outcomes,
): readonly WorkerRecord<unknown>[] => {
  if (retried.size === 0) return [];
  const first = records.findIndex((record) => retried.has(record));
  return first < 0 ? [] : records.slice(first);
};

/** A source that knows only all or nothing. */
export const repeatsAll = (
  records: readonly WorkerRecord<unknown>[],
  { retried }: Outcomes,
): readonly WorkerRecord<unknown>[] => (retried.size === 0 ? [] : records);

/**
 * The lowest failed sequence is the checkpoint of a stream: AWS delivers everything from it on again. A window's state goes back as it
 * came, because an answer without it counts as a failure.
 */
export const respondToStream = (
  { state }: Batch<unknown>,
  [first]: readonly WorkerRecord<unknown>[],
): { [member: string]: JsonValue } => ({
  batchItemFailures: first === undefined ? [] : [{ itemIdentifier: first.meta.sequence ?? '' }],
  ...(state === undefined ? {} : { state }),
});

/** The shard and the state of a tumbling window; without one an event has neither. */
export const windowOf = (event: unknown): { shard?: string; state?: JsonValue } => {
  if (typeof event !== 'object' || event === null || !('window' in event)) return {};
  const { shardId, state } = event as { shardId?: unknown; state?: unknown };
  return { ...(typeof shardId === 'string' ? { shard: shardId } : {}), state: (state ?? {}) as JsonValue };
};

import { type Clock, PortError } from '@verifiedfan/ports';
import { invalid } from '@verifiedfan/ports/table-rules';
import { isCausedBy } from '../../sdk/errors.ts';
import { createIterators, type Place, type Position } from '../../sdk/iterators.ts';
import type { Dynamo } from '../client.ts';
import { type RawChange, toRawChange } from './records.ts';

export type Page = {
  readonly changes: readonly RawChange[];
  /** The shard is closed and this page reaches its end. */
  readonly closed: boolean;
};
export type PageRequest = Position & { readonly limit: number; readonly signal?: AbortSignal | undefined };
/** Reads the page behind a position; iterators are found, kept and renewed on the way. */
export type Pages = (request: PageRequest) => Promise<Page>;

const MOST_RECORDS = 1_000;
/** Lengths that DynamoDB itself demands; it calls others a wrong request. */
const SHARD_ID_LENGTH = { least: 28, most: 65 };
const LEAST_SEQUENCE_DIGITS = 21;
/** An iterator is refused 15 minutes after it was given. */
const ITERATOR_MS = 14 * 60_000;

/** Whether a position is in front of all records, because no record has so short a sequence. */
export const isInFront = (after: string | undefined): boolean =>
  after === undefined || after.length < LEAST_SEQUENCE_DIGITS;

const unknownShard = (name: string, cause?: unknown): PortError =>
  new PortError({ code: 'not_found', message: `${name} has no such shard`, resource: name, cause });

const assertSequence = (after: string): void => {
  if (!/^\d{1,40}$/.test(after)) throw invalid('a sequence is a decimal number of 1 to 40 digits');
};

export const createPages = (dynamo: Dynamo, streamArn: () => Promise<string>, clock: Clock): Pages => {
  const iterators = createIterators({ clock, lifetimeMs: ITERATOR_MS });
  const { name } = dynamo;

  const ask = async ({ shard, after }: Position): Promise<Place> => {
    const StreamArn = await streamArn();
    const start =
      after === undefined
        ? ({ ShardIteratorType: 'TRIM_HORIZON' } as const)
        : ({ ShardIteratorType: 'AFTER_SEQUENCE_NUMBER', SequenceNumber: after } as const);
    const { ShardIterator } = await dynamo.repeating(() =>
      dynamo.onceOnStream({
        operation: 'GetShardIterator',
        send: ({ sdk, client }) =>
          client.send(new sdk.GetShardIteratorCommand({ StreamArn, ShardId: shard, ...start })),
      }),
    );
    return ShardIterator === undefined ? { end: true } : { iterator: ShardIterator };
  };

  const open = async ({ shard, after }: Position): Promise<Place> => {
    if (shard.length < SHARD_ID_LENGTH.least || shard.length > SHARD_ID_LENGTH.most) throw unknownShard(name);
    try {
      return await ask({ shard, after: isInFront(after) ? undefined : after });
    } catch (error) {
      if (isCausedBy(error, 'TrimmedDataAccessException')) return ask({ shard, after: undefined });
      throw isCausedBy(error, 'ResourceNotFoundException') ? unknownShard(name, error) : error;
    }
  };

  const getFrom = async (place: Place, { shard, after, limit, signal }: PageRequest): Promise<Page> => {
    if ('end' in place) return { changes: [], closed: true };
    const input = { ShardIterator: place.iterator, Limit: Math.min(limit, MOST_RECORDS) };
    const { Records = [], NextShardIterator } = await dynamo.repeating(() =>
      dynamo.onceOnStream({
        operation: 'GetRecords',
        send: ({ sdk, client }) =>
          client.send(new sdk.GetRecordsCommand(input), signal === undefined ? {} : { abortSignal: signal }),
      }),
    );
    const changes = Records.map((record) => toRawChange(record, shard));
    // Behind an empty page the position is the same, but the iterator has come further.
    const next = { shard, after: changes.at(-1)?.header.sequence ?? after };
    iterators.set(next, NextShardIterator === undefined ? { end: true } : { iterator: NextShardIterator });
    return { changes, closed: NextShardIterator === undefined };
  };

  const isStale = (error: unknown): boolean =>
    isCausedBy(error, 'ExpiredIteratorException') || isCausedBy(error, 'TrimmedDataAccessException');

  return async (request) => {
    if (request.after !== undefined) assertSequence(request.after);
    dynamo.lifecycle.assertOpen();
    const kept = iterators.get(request);
    try {
      return await getFrom(kept ?? (await open(request)), request);
    } catch (error) {
      if (!isStale(error)) throw error;
      iterators.delete(request);
      // Trimmed meanwhile: the oldest record that is kept comes next.
      const after = isCausedBy(error, 'TrimmedDataAccessException') ? undefined : request.after;
      return getFrom(await open({ shard: request.shard, after }), request);
    }
  };
};

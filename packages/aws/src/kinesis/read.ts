import { type Clock, PortError, type RecordStream } from '@verifiedfan/ports';
import { type Lifecycle, untilAborted } from '../sdk/lifecycle.ts';
import type { Follow } from './follow.ts';
import type { Page } from './pages.ts';

const MAX_LIMIT = 10_000;
const SEQUENCE = /^\d{1,129}$/;
/** Empty pages that are read in one call on the way through a part of the shard without records; the next call goes on from there. */
const MOST_EMPTY_PAGES = 50;

const refuse = (message: string, resource: string): PortError =>
  new PortError({ code: 'validation', message, resource });

const assertSequence = (after: string | undefined, resource: string): void => {
  if (after !== undefined && !SEQUENCE.test(after)) throw refuse('after is a sequence, a decimal number', resource);
};

/** The reading half of a stream; a page holds at most 10 MiB, however high the limit. */
export const createRead = ({ follow, name }: { follow: Follow; name: string }): RecordStream['read'] => {
  const followToRecords = async (request: Parameters<Follow>[0]): Promise<Page> => {
    for (let empty = 1; ; empty++) {
      const page = await follow(request);
      const isSettled = page.records.length > 0 || page.next === undefined || page.behindMs === 0;
      if (isSettled || empty >= MOST_EMPTY_PAGES) return page;
    }
  };
  return async ({ shard, after, limit, filter }) => {
    if (!Number.isInteger(limit) || limit < 1 || limit > MAX_LIMIT) {
      throw refuse('limit is a whole number from 1 to 10,000', name);
    }
    assertSequence(after, name);
    const { records, next } = await followToRecords({ shard, after, limit });
    return {
      records: filter === undefined ? records : records.filter(filter),
      last: records.at(-1)?.sequence,
      scanned: records.length,
      closed: next === undefined,
    };
  };
};

export type WaitOptions = { follow: Follow; name: string; pollMs: number; clock: Clock; lifecycle: Lifecycle };

/**
 * Looks for a record behind the position every `pollMs`; Kinesis has no cheaper way to be told. A closed shard that was read to its end
 * also resolves, since waiting for it would never end: the next read says `closed`.
 */
export const createWait = ({ follow, name, pollMs, clock, lifecycle }: WaitOptions): RecordStream['waitForRecords'] => {
  /** How long to wait before the next look; undefined when there is nothing more to wait for. */
  const look = async (request: Parameters<Follow>[0]): Promise<number | undefined> => {
    try {
      const { records, next, behindMs } = await follow(request);
      if (records.length > 0 || next === undefined) return undefined;
      return behindMs === 0 ? pollMs : 0;
    } catch (error) {
      // Other readers of the shard took what it gives: they do not make this wait a failure.
      if (error instanceof PortError && error.code === 'throttled') return pollMs;
      throw error;
    }
  };
  return async ({ shard, after, signal }) => {
    assertSequence(after, name);
    const stop = AbortSignal.any([signal, lifecycle.closing]);
    while (!stop.aborted) {
      const delayMs = await untilAborted(stop, look({ shard, after, limit: 1, signal: stop }));
      if (delayMs === undefined) return;
      await clock.sleep(delayMs, stop);
    }
  };
};

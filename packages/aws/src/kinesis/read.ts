import { PortError, type RecordStream } from '@verifiedfan/ports';
import { type Lifecycle, untilAborted } from '../sdk/lifecycle.ts';
import type { Wakes } from '../sdk/wakes.ts';
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

export type WaitOptions = { follow: Follow; name: string; pollMs: number; wakes: Wakes; lifecycle: Lifecycle };

/** A record that was put a moment ago is soon there; the looks behind the first one are this far apart, then twice as far each time. */
const FIRST_POLL_MS = 200;

/**
 * Looks for a record behind the position, at growing distances up to `pollMs`; Kinesis has no cheaper way to be told. What this process
 * puts into the shard itself is looked for at once. A closed shard that was read to its end
 * also resolves, since waiting for it would never end: the next read says `closed`.
 */
export const createWait = ({ follow, name, pollMs, wakes, lifecycle }: WaitOptions): RecordStream['waitForRecords'] => {
  /** How long to wait before the next look; undefined when there is nothing more to wait for. */
  const look = async (request: Parameters<Follow>[0], tipMs: number): Promise<number | undefined> => {
    try {
      const { records, next, behindMs } = await follow(request);
      if (records.length > 0 || next === undefined) return undefined;
      return behindMs === 0 ? tipMs : 0;
    } catch (error) {
      // Other readers of the shard took what it gives: they do not make this wait a failure.
      if (error instanceof PortError && error.code === 'throttled') return pollMs;
      throw error;
    }
  };
  return async ({ shard, after, signal }) => {
    assertSequence(after, name);
    const stop = AbortSignal.any([signal, lifecycle.closing]);
    for (let tipMs = Math.min(FIRST_POLL_MS, pollMs); !stop.aborted; ) {
      const count = wakes.count(shard);
      const delayMs = await untilAborted(stop, look({ shard, after, limit: 1, signal: stop }, tipMs));
      if (delayMs === undefined) return;
      const isWoken = await wakes.pause({ key: shard, count, durationMs: delayMs, signal: stop });
      tipMs = Math.min(pollMs, isWoken ? FIRST_POLL_MS : tipMs * 2);
    }
  };
};

import { type Clock, compareSequences, PortError } from '@verifiedfan/ports';
import { isCausedBy } from '../sdk/errors.ts';
import { createIterators, type Position } from '../sdk/iterators.ts';
import { behind, FROM_OLDEST, type Page, type Pages } from './pages.ts';

export type FollowRequest = Position & { limit: number; signal?: AbortSignal | undefined };
/** Reads the page behind a position; iterators are found, kept and renewed on the way. */
export type Follow = (request: FollowRequest) => Promise<Page>;

/** An iterator is refused five minutes after it was given. */
const ITERATOR_MS = 290_000;

type Opened = { iterator: string; fromOldest: boolean };

export const createFollow = ({ pages, name, clock }: { pages: Pages; name: string; clock: Clock }): Follow => {
  const iterators = createIterators({ clock, lifetimeMs: ITERATOR_MS });

  const open = async ({ shard, after }: Position): Promise<Opened> => {
    if (after === undefined) return { iterator: await pages.open(shard, FROM_OLDEST), fromOldest: false };
    try {
      return { iterator: await pages.open(shard, behind(after)), fromOldest: false };
    } catch (error) {
      // A place in front of the oldest record, or one that never was in this shard: the oldest record tells.
      if (!isCausedBy(error, 'InvalidArgumentException')) throw error;
      return { iterator: await pages.open(shard, FROM_OLDEST), fromOldest: true };
    }
  };

  const getOpened = async (request: FollowRequest): Promise<Page> => {
    const { shard, after, limit, signal } = request;
    const { iterator, fromOldest } = await open(request);
    const page = await pages.get({ shard, iterator, limit, signal });
    const [oldest] = page.records;
    if (fromOldest && after !== undefined && oldest && compareSequences(oldest.sequence, after) <= 0) {
      throw new PortError({ code: 'validation', message: 'this is no position of the shard', resource: name });
    }
    return page;
  };

  const getPage = async (request: FollowRequest): Promise<Page> => {
    const kept = iterators.get(request);
    if (kept === undefined || 'end' in kept) return getOpened(request);
    try {
      return await pages.get({ ...request, iterator: kept.iterator });
    } catch (error) {
      iterators.delete(request);
      // Iterators also end early, when the stream was made anew or the clocks of the two sides differ.
      if (isCausedBy(error, 'ExpiredIteratorException') || isCausedBy(error, 'InvalidArgumentException')) {
        return getOpened(request);
      }
      throw error;
    }
  };

  return async (request) => {
    const page = await getPage(request);
    const last = page.records.at(-1)?.sequence;
    // Behind an empty page the position is the same, but the iterator has come further.
    const position = { shard: request.shard, after: last ?? request.after };
    if (page.next !== undefined) iterators.set(position, { iterator: page.next });
    return page;
  };
};

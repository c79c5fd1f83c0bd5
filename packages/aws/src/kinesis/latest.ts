import { type Clock, PortError, type RecordStream } from '@verifiedfan/ports';
import { isCausedBy } from '../sdk/errors.ts';
import { behind, FROM_OLDEST, type Pages, type Start } from './pages.ts';

const PAGE_LIMIT = 10_000;
const MINUTE_MS = 60_000;
/** How far back to look first: Kinesis cannot be asked for the newest record, only read forwards to it. */
const LOOK_BACK_MS = [2 * MINUTE_MS, 60 * MINUTE_MS];

/** The newest record seen, and the iterator behind everything that was looked at. */
type Tip = { sequence: string | undefined; iterator: string | undefined };

/**
 * Finds the newest record by reading to the tip, from where the look before came to, else from a short time ago, else from the oldest
 * record. A shard whose records are all past their retention looks like one that never had any.
 */
export const createLatest = ({ pages, clock }: { pages: Pages; clock: Clock }): RecordStream['latest'] => {
  const tips = new Map<string, Tip>();

  const readToTip = async (shard: string, from: { iterator: string; sequence: string | undefined }): Promise<Tip> => {
    let sequence = from.sequence;
    for (let iterator: string | undefined = from.iterator; iterator !== undefined; ) {
      const page = await pages.get({ shard, iterator, limit: PAGE_LIMIT });
      sequence = page.records.at(-1)?.sequence ?? sequence;
      // Not every server says how far behind a full page is.
      if (page.behindMs === 0 && page.records.length < PAGE_LIMIT) return { sequence, iterator: page.next };
      iterator = page.next;
    }
    return { sequence, iterator: undefined };
  };

  const lookBack = async (shard: string): Promise<Tip> => {
    const nowMs = clock.now();
    const starts: Start[] = LOOK_BACK_MS.map((backMs) => ({
      ShardIteratorType: 'AT_TIMESTAMP',
      Timestamp: new Date(nowMs - backMs),
    }));
    for (const start of starts) {
      // A clock that is ahead of the service's makes this a time to come, which is refused.
      const iterator = await pages.open(shard, start).catch(nothingIfRefused);
      const tip = iterator === undefined ? undefined : await readToTip(shard, { iterator, sequence: undefined });
      if (tip?.sequence !== undefined) return tip;
    }
    return readToTip(shard, { iterator: await pages.open(shard, FROM_OLDEST), sequence: undefined });
  };

  const goOn = async (shard: string, { sequence, iterator }: Tip): Promise<Tip | undefined> => {
    try {
      if (iterator !== undefined) return await readToTip(shard, { iterator, sequence });
    } catch (error) {
      if (!isStale(error)) throw error;
    }
    if (sequence === undefined) return undefined;
    const renewed = await pages.open(shard, behind(sequence)).catch(nothingIfRefused);
    return renewed === undefined ? undefined : readToTip(shard, { iterator: renewed, sequence });
  };

  return async (shard) => {
    const known = tips.get(shard);
    // A closed shard that was read to its end gets nothing new.
    if (known !== undefined && known.iterator === undefined) return known.sequence;
    const tip = (known && (await goOn(shard, known))) ?? (await lookBack(shard));
    tips.set(shard, tip);
    return tip.sequence;
  };
};

const isStale = (error: unknown): boolean =>
  isCausedBy(error, 'ExpiredIteratorException') || isCausedBy(error, 'InvalidArgumentException');

const nothingIfRefused = (error: unknown): undefined => {
  if (!(error instanceof PortError) || !isStale(error)) throw error;
};

import { type ChangeStream, compareSequences } from '@verifiedfan/ports';
import type { Pages } from './pages.ts';

const PAGE_LIMIT = 1_000;
/** An empty page does not prove that nothing is behind it, not even in the middle of a shard; two in a row are taken for the tip. */
const EMPTY_PAGES = 2;

export type Latest = {
  latest: ChangeStream['latest'];
  /** Notes a position behind which DynamoDB has read for somebody: the newest record is not in front of it. */
  passed(shard: string, sequence: string): void;
};

/**
 * Finds the newest record by reading forwards to the tip: DynamoDB cannot be asked for it, an iterator of type LATEST looks forward only, and
 * a time cannot be asked for either. The first call of a process reads the shard from its oldest record, which is at most a day of
 * changes and, as shards are closed after about four hours, mostly less; every later call goes on where the call before it ended, or where
 * somebody has read to. So a consumer who reads behind its place first is never told that it is beyond the end.
 * A shard whose records are all past their day looks like one that never had any, unless this process has seen one of them.
 */
export const createLatest = (pages: Pages): Latest => {
  const newest = new Map<string, string>();
  const underWay = new Map<string, Promise<string | undefined>>();

  const passed = (shard: string, sequence: string): void => {
    const known = newest.get(shard);
    if (known === undefined || compareSequences(sequence, known) > 0) newest.set(shard, sequence);
  };

  const readToTip = async (shard: string): Promise<string | undefined> => {
    let after = newest.get(shard);
    for (let empty = 0; empty < EMPTY_PAGES; ) {
      const { changes, closed } = await pages({ shard, after, limit: PAGE_LIMIT });
      after = changes.at(-1)?.header.sequence ?? after;
      if (after !== undefined) passed(shard, after);
      if (closed) break;
      empty = changes.length === 0 ? empty + 1 : 0;
    }
    // Not `after`: somebody may have read further meanwhile.
    return newest.get(shard);
  };

  // Whoever asks while somebody reads gets the same answer, not the same requests once more.
  const latest = (shard: string): Promise<string | undefined> => {
    const running = underWay.get(shard) ?? readToTip(shard).finally(() => underWay.delete(shard));
    underWay.set(shard, running);
    return running;
  };
  return { latest, passed };
};

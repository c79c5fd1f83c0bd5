import type { Table } from '@verifiedfan/ports';
import { readCounts } from '@verifiedfan/worker';

/**
 * A number that rises whenever the member rows of a campaign may have changed, and never falls: every change counts into `changes` of
 * the counts rows, and a repair of the counts (changes were lost) or a fold raises `revision`.
 *
 * Exact: `changes` moves in the same conditional update as the watermark, so a change that is delivered again, however late, is skipped
 * and moves nothing; folding a shard moves its sum to the base row whole. It is behind the rows, never ahead of them: a row is written
 * first and counted from its change. So whoever reads this version and then the rows has seen at least what the version counts; and when
 * nothing is left to be counted, exactly that.
 */
export const readScoresVersion = async (table: Table, campaignId: string): Promise<number> => {
  const { changes, revision } = await readCounts({ table, campaignId, sums: ['changes', 'revision'] });
  return changes + revision;
};

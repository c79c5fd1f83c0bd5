import { DONE, printJson } from '../output/io.ts';
import { formatTable } from '../output/table.ts';
import { COUNT_NAMES, readCounts } from '../report/scoring.ts';
import type { CommandRun } from '../run/context.ts';

/** Prints the stored counts of a campaign; one that nothing was counted for has zeros. */
export const counts: CommandRun<{ campaign: string }> = async ({ io, json, platform }, { campaign }) => {
  const table = platform().table('demandTable');
  const stored = await readCounts({ table, campaignId: campaign, sums: COUNT_NAMES });
  if (json) printJson(io, { campaignId: campaign, ...stored });
  else io.out(formatTable(['campaign', ...COUNT_NAMES], [[campaign, ...COUNT_NAMES.map((name) => stored[name])]]));
  return DONE;
};

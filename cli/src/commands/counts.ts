import type { Estate } from '@verifiedfan/local';
import type { CommandRun } from '../context.ts';
import { BAD_OUTCOME, DONE, printJson, printLine } from '../io.ts';
import {
  COUNT_NAMES,
  type Counts,
  contributionOf,
  memberRows,
  readCounts,
  repairCounts,
  sameCounts,
} from '../report/scoring.ts';
import { formatTable } from '../report/table.ts';

const tableOf = (estate: Estate) => estate.platform.table('demandTable');
const storedCounts = (estate: Estate, campaignId: string): Promise<Counts> =>
  readCounts({ table: tableOf(estate), campaignId, sums: COUNT_NAMES });

/** Prints the stored counts of a campaign. */
export const counts: CommandRun<{ campaign: string }> = async ({ io, json, estate }, { campaign }) => {
  const stored = await storedCounts(await estate(), campaign);
  if (json) printJson(io, { campaignId: campaign, ...stored });
  else io.out(formatTable(['campaign', ...COUNT_NAMES], [[campaign, ...COUNT_NAMES.map((name) => stored[name])]]));
  return DONE;
};

/** Compares the stored counts with a recount of the member rows; `repair` corrects them, at a quiet moment. */
export const recount: CommandRun<{ campaign: string; repair: boolean }> = async (
  { io, json, estate: open },
  { campaign, repair },
) => {
  const estate = await open();
  const table = tableOf(estate);
  const stored = await storedCounts(estate, campaign);
  const recounted: Counts = { verified: 0, rejected: 0, selected: 0 };
  let rows = 0;
  for await (const row of memberRows(table, campaign)) {
    rows += 1;
    const adds = contributionOf(row);
    for (const name of COUNT_NAMES) recounted[name] += adds[name];
  }
  const equal = sameCounts(stored, recounted);
  const repaired = repair && !equal;
  if (repaired) await repairCounts({ table, campaignId: campaign, sums: COUNT_NAMES, counts: recounted });
  const result = { campaignId: campaign, stored, recounted, rows, equal, repaired };
  if (json) printJson(io, result);
  else {
    io.out(
      formatTable(
        ['', ...COUNT_NAMES],
        [
          ['stored', ...COUNT_NAMES.map((name) => stored[name])],
          ['recounted', ...COUNT_NAMES.map((name) => recounted[name])],
        ],
      ),
    );
    io.out(
      equal
        ? `equal over ${rows.toLocaleString('en')} rows\n`
        : repaired
          ? 'different, repaired\n'
          : 'different; --repair corrects the stored counts\n',
    );
  }
  return equal || repaired ? DONE : BAD_OUTCOME;
};

/** Streams the stored member rows as JSON lines. */
export const rows: CommandRun<{ campaign: string }> = async ({ io, estate }, { campaign }) => {
  for await (const row of memberRows(tableOf(await estate()), campaign)) {
    const {
      PK,
      SK,
      memberId,
      score,
      isVerified = null,
      verdict,
      rank,
      events,
      scoredAt,
      meta,
      others,
      revision,
      ...rest
    } = row;
    printLine(io, { campaignId: campaign, memberId, score, isVerified, verdict, rank, events, scoredAt, ...rest });
  }
  return DONE;
};

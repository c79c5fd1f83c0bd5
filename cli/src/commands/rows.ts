import type { Item } from '@verifiedfan/ports';
import { DONE, printLines } from '../output/io.ts';
import { memberRows } from '../report/scoring.ts';
import type { CommandRun } from '../run/context.ts';

/** Streams the stored member rows as JSON lines, with `--json` too: they may be more than any one document should hold. */
export const rows: CommandRun<{ campaign: string }> = async ({ io, platform }, { campaign }) => {
  await printLines(io, documentsOf(platform().table('demandTable'), campaign));
  return DONE;
};

async function* documentsOf(table: Parameters<typeof memberRows>[0], campaignId: string): AsyncIterable<unknown> {
  for await (const row of memberRows(table, campaignId)) yield documentOf(row, campaignId);
}

/** A row without its keys and what the workers need to keep it. */
const documentOf = (row: Item, campaignId: string): unknown => {
  const { PK, SK, memberId, score, isVerified = null, verdict, rank, events, scoredAt, ...others } = row;
  const { meta, others: hidden, revision, ...rest } = others;
  return { campaignId, memberId, score, isVerified, verdict, rank, events, scoredAt, ...rest };
};

import type { Platform } from '@verifiedfan/ports';
import { BAD_OUTCOME, type CommandIo, DONE, printJson, throwIfInterrupted } from '../output/io.ts';
import { formatTable } from '../output/table.ts';
import {
  COUNT_NAMES,
  type Counts,
  contributionOf,
  memberRows,
  readCounts,
  repairCounts,
  sameCounts,
} from '../report/scoring.ts';
import { checkStores } from '../run/check-stores.ts';
import type { CommandContext, CommandRun } from '../run/context.ts';
import { settled } from './load.ts';

type Recount = {
  campaignId: string;
  stored: Counts;
  recounted: Counts;
  rows: number;
  equal: boolean;
  repaired: boolean;
};
type Options = { campaign: string; repair: boolean };

/** Compares the stored counts with a recount of the member rows; `repair` corrects them. */
export const recount: CommandRun<Options> = async (context, { campaign, repair }) => {
  const result = repair
    ? await context.inTurn(() => compareAndRepair(context, campaign))
    : await compare(context.platform(), context.io, campaign);
  if (context.json) printJson(context.io, result);
  else print(context.io, result);
  return result.equal || result.repaired ? DONE : BAD_OUTCOME;
};

const compare = async (platform: Platform, io: CommandIo, campaignId: string): Promise<Recount> => {
  const table = platform.table('demandTable');
  const stored = await readCounts({ table, campaignId, sums: COUNT_NAMES });
  const recounted: Counts = { verified: 0, rejected: 0, selected: 0 };
  let rows = 0;
  for await (const row of memberRows(table, campaignId)) {
    throwIfInterrupted(io);
    rows += 1;
    const adds = contributionOf(row);
    for (const name of COUNT_NAMES) recounted[name] += adds[name];
  }
  return { campaignId, stored, recounted, rows, equal: sameCounts(stored, recounted), repaired: false };
};

/** What is not counted yet would be counted on top of a correction, so everything is finished first. */
const compareAndRepair = async (context: CommandContext, campaignId: string): Promise<Recount> => {
  const { io } = context;
  const platform = context.stage === undefined ? await finished(context) : context.platform();
  const result = await compare(platform, io, campaignId);
  if (result.equal) return result;
  if (context.stage !== undefined) await assertQuiet(platform, io, result);
  const table = platform.table('demandTable');
  await repairCounts({ table, campaignId, sums: COUNT_NAMES, counts: result.recounted });
  return { ...result, repaired: true };
};

const finished = async ({ estate: open, io }: CommandContext): Promise<Platform> => {
  const estate = await open();
  await checkStores(estate);
  await settled(await estate.engine(), io);
  return estate.platform;
};

/** As long as the reporter of verdicts waits where nobody can know what the functions still have in front of them. */
const QUIET_MS = 30_000;

/** Throws when the counts or rows of a stage still change. A batch that Lambda repeats is not seen: docs/operations.md says where to look. */
const assertQuiet = async (platform: Platform, io: CommandIo, before: Recount): Promise<void> => {
  io.error(`waiting ${QUIET_MS / 1_000} s to see whether the stage still counts\n`);
  await platform.clock.sleep(QUIET_MS, io.signal);
  throwIfInterrupted(io);
  const { stored, recounted, rows } = await compare(platform, io, before.campaignId);
  const isQuiet = rows === before.rows && sameCounts(stored, before.stored) && sameCounts(recounted, before.recounted);
  if (!isQuiet)
    throw new NotQuietError('the counts or rows still change, nothing was repaired; try again at a quiet moment');
};

class NotQuietError extends Error {
  override readonly name = 'NotQuietError';
  readonly code = 'not_quiet';
  readonly retryable = true;
}

const print = (io: CommandIo, { stored, recounted, rows, equal, repaired }: Recount): void => {
  const line = (name: string, counts: Counts) => [name, ...COUNT_NAMES.map((each) => counts[each])];
  io.out(formatTable(['', ...COUNT_NAMES], [line('stored', stored), line('recounted', recounted)]));
  const verdict = repaired
    ? 'different, repaired'
    : 'different: "verifiedfan resume" finishes what is unfinished, and --repair corrects the stored counts after it';
  io.out(`${equal ? `equal over ${rows.toLocaleString('en')} rows` : verdict}\n`);
};

import { once } from 'node:events';
import { relative } from 'node:path';
import { generateScoreCampaigns, generateScoreFileBytes } from '@verifiedfan/test-utils';
import { BAD_OUTCOME, type CommandIo, DONE, InterruptedError, printJson } from '../output/io.ts';
import { formatTable } from '../output/table.ts';
import { printLoad } from '../report/print-load.ts';
import { checkStores } from '../run/check-stores.ts';
import type { CommandContext, CommandRun, StartContext } from '../run/context.ts';
import { importInto } from './campaign-import.ts';
import { type Worked, work } from './load.ts';

export type StartOptions = { sample: boolean; exit: boolean };

/** Big enough to see the progress bar, small enough to be over in a moment. */
const SAMPLE = { registrants: 5_000, seed: 2027 };
const SAMPLE_KEY = 'sample.csv';

/** Boots everything in this process, scores the sample on-sale, and serves until it is told to stop. */
export const start: CommandRun<StartOptions, StartContext> = async (context, { sample, exit }) => {
  const { io } = context;
  const estate = await context.estate();
  await checkStores(estate);
  const { addresses } = await estate.services();
  await estate.engine();
  const control = await context.serve();
  try {
    const document = generateScoreCampaigns({ seed: SAMPLE.seed });
    const scored = sample ? await context.inTurn(() => scoreSample(context, document)) : undefined;
    print(context, addresses, scored);
    if (exit) return scored?.bad === true ? BAD_OUTCOME : DONE;
    if (!context.json) io.out(hint(context, sample ? document.campaigns[0]?._id : undefined));
    if (!io.signal.aborted) await once(io.signal, 'abort');
    return DONE;
  } catch (error) {
    // To be stopped is how a server ends.
    if (error instanceof InterruptedError) return DONE;
    throw error;
  } finally {
    await control.close();
  }
};

type Campaigns = ReturnType<typeof generateScoreCampaigns>;

const scoreSample = async (context: CommandContext, document: Campaigns): Promise<Worked> => {
  await importInto(await context.estate(), document);
  return work(context, {
    rows: SAMPLE.registrants,
    async upload({ platform }) {
      const body = generateScoreFileBytes(SAMPLE);
      const result = await platform.bucket('scoringBucket').put({ key: SAMPLE_KEY, body });
      if (result.outcome !== 'stored') return [];
      return [{ bucket: 'scoringBucket', key: result.info.key, etag: result.info.etag }];
    },
  });
};

const print = (
  { io, json }: { io: CommandIo; json: boolean },
  addresses: readonly { name: string; url: string }[],
  scored: Worked | undefined,
): void => {
  const list = addresses.map(({ name, url }) => ({ name, url: name === 'graphql' ? `${url}/graphql` : url }));
  if (json) printJson(io, { addresses: list, ...scored?.report });
  else {
    if (scored !== undefined) printLoad(io, scored.report);
    const rows = list.map(({ name, url }) => [name, url]);
    io.out(`\n${formatTable(['service', 'address'], rows)}`);
  }
};

const hint = ({ io, directory }: CommandContext, campaignId: string | undefined): string => {
  if (campaignId === undefined) return '\nServing; Ctrl-C stops.\n';
  const data = relative(io.directory, directory) || '.';
  // What is printed is to be copied: into a shell, and to the directory that this process serves.
  const option = data === '.verifiedfan' ? '' : ` --data ${/^[\w./-]+$/.test(data) ? data : `'${data}'`}`;
  return `\nServing; Ctrl-C stops. Try in another terminal: npx verifiedfan counts ${campaignId}${option}\n`;
};

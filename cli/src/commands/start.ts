import { generateScoreCampaigns, generateScoreFileBytes } from '@verifiedfan/test-utils';
import type { CommandContext, CommandRun } from '../context.ts';
import { BAD_OUTCOME, DONE, printJson } from '../io.ts';
import { isBad } from '../report/load-report.ts';
import { printLoad } from '../report/print-load.ts';
import { formatTable } from '../report/table.ts';
import { importInto } from './campaign-import.ts';
import { work } from './load.ts';

export type StartOptions = { sample: boolean; exit: boolean; serve(): Promise<{ close(): Promise<void> }> };

/** Big enough to see the progress bar, small enough to be over in a moment. */
const SAMPLE = { registrants: 5_000, seed: 2027 };

/** Boots everything in this process, scores the sample on-sale, and serves until it is told to stop. */
export const start: CommandRun<StartOptions> = async (context, { sample, exit, serve }) => {
  const { io, json } = context;
  const estate = await context.estate();
  const { addresses } = await estate.services();
  await estate.engine();
  const control = await serve();
  try {
    const scored = sample ? await scoreSample(context) : undefined;
    if (json) printJson(io, { addresses, ...(scored === undefined ? {} : scored.report) });
    else {
      if (scored !== undefined) printLoad(io, scored.report);
      io.out(
        `\n${formatTable(
          ['service', 'address'],
          addresses.map(({ name, url }) => [name, name === 'graphql' ? `${url}/graphql` : url]),
        )}`,
      );
    }
    if (exit) return scored?.bad === true ? BAD_OUTCOME : DONE;
    if (!json) io.out('\nServing; Ctrl-C stops. Try in another terminal: npx verifiedfan counts sample-tour\n');
    await aborted(io.signal);
    return DONE;
  } finally {
    await control.close();
  }
};

const scoreSample = async (context: CommandContext) => {
  const estate = await context.estate();
  await importInto(estate, generateScoreCampaigns({ seed: SAMPLE.seed }));
  const { report, ledger } = await work(
    context,
    async ({ platform }) => {
      const result = await platform
        .bucket('scoringBucket')
        .put({ key: 'sample.csv', body: generateScoreFileBytes(SAMPLE) });
      return result.outcome === 'stored' ? [{ key: result.info.key, etag: result.info.etag }] : [];
    },
    { rows: SAMPLE.registrants },
  );
  return { report, bad: isBad(report, ledger) };
};

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });

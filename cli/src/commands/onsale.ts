import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { generateScoreCampaigns, generateScoreFileBytes } from '@verifiedfan/test-utils';
import type { CommandRun } from '../run/context.ts';
import { importInto } from './campaign-import.ts';
import { writeStream } from './generate.ts';
import { reportWork, uploadAll, work } from './load.ts';

export type OnsaleOptions = { registrants: number; seed: number };

/** Generates a score file and its campaign, imports and loads them. The time that is reported is the load's alone. */
export const onsale: CommandRun<OnsaleOptions> = (context, { registrants, seed }) =>
  context.inTurn(async () => {
    const estate = await context.estate();
    await importInto(estate, generateScoreCampaigns({ seed }));
    // One name for all: what a killed run left here is cleared by the next one.
    const folder = join(context.directory, 'generated');
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { mode: 0o700 });
    try {
      const path = join(folder, `onsale-${registrants}-${seed}.csv`);
      await writeStream(path, generateScoreFileBytes({ registrants, seed }), context.io.signal);
      return reportWork(context, await work(context, { upload: () => uploadAll(estate, [path]), rows: registrants }));
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

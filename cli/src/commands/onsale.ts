import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { generateScoreCampaigns, generateScoreFileBytes } from '@verifiedfan/test-utils';
import type { CommandRun } from '../context.ts';
import { importInto } from './campaign-import.ts';
import { uploadAll, workAndReport } from './load.ts';

export type OnsaleOptions = { registrants: number; seed: number };

/** Generates a score file and its campaign, imports and loads them. The time that is reported is the load's alone. */
export const onsale: CommandRun<OnsaleOptions> = async (context, { registrants, seed }) => {
  const estate = await context.estate();
  await importInto(estate, generateScoreCampaigns({ seed }));
  const folder = await mkdtemp(join(estate.directory, 'generated-'));
  try {
    const path = join(folder, `onsale-${registrants}-${seed}.csv`);
    await pipeline(Readable.from(generateScoreFileBytes({ registrants, seed })), createWriteStream(path));
    return await workAndReport(context, (opened) => uploadAll(opened, [path]), { rows: registrants });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};

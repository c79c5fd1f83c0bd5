import { createWriteStream } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { generateScoreCampaigns, generateScoreFileBytes } from '@verifiedfan/test-utils';
import type { CommandRun } from '../context.ts';
import { DONE, printJson } from '../io.ts';

export type GenerateOptions = { registrants: number; seed: number; out: string; campaign?: string | undefined };

/** Writes a synthetic score file and the campaign that it belongs to; equal seeds write equal bytes. */
export const generateScores: CommandRun<GenerateOptions> = async (
  { io, json },
  { registrants, seed, out, campaign },
) => {
  const file = resolve(io.directory, out);
  await pipeline(Readable.from(generateScoreFileBytes({ registrants, seed })), createWriteStream(file));
  const campaignFile = campaign === undefined ? undefined : resolve(io.directory, campaign);
  if (campaignFile !== undefined)
    await writeFile(campaignFile, `${JSON.stringify(generateScoreCampaigns({ seed }), null, 2)}\n`);
  const written = { file, registrants, seed, ...(campaignFile === undefined ? {} : { campaign: campaignFile }) };
  if (json) printJson(io, written);
  else
    io.out(
      `${file}: ${registrants.toLocaleString('en')} registrants\n${campaignFile === undefined ? '' : `${campaignFile}: their campaign\n`}`,
    );
  return DONE;
};

import { createWriteStream } from 'node:fs';
import { rename, rm, stat, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { generateScoreCampaigns, generateScoreFileBytes } from '@verifiedfan/test-utils';
import { DONE, InterruptedError, printJson } from '../output/io.ts';
import type { CommandRun } from '../run/context.ts';

export type GenerateOptions = { registrants: number; seed: number; out: string; campaign?: string | undefined };

/** Writes a synthetic score file and the campaign that it belongs to; equal seeds write equal bytes. */
export const generateScores: CommandRun<GenerateOptions> = async (
  { io, json },
  { registrants, seed, out, campaign },
) => {
  const file = resolve(io.directory, out);
  const campaignFile = campaign === undefined ? undefined : resolve(io.directory, campaign);
  const scores = generateScoreFileBytes({ registrants, seed });
  await writeWhole(file, (path) => writeStream(path, scores, io.signal));
  if (campaignFile !== undefined) {
    const document = `${JSON.stringify(generateScoreCampaigns({ seed }), null, 2)}\n`;
    await writeWhole(campaignFile, (path) => writeFile(path, document));
  }
  const written = { file, registrants, seed, ...(campaignFile === undefined ? {} : { campaign: campaignFile }) };
  if (json) printJson(io, written);
  else {
    io.out(`${file}: ${registrants.toLocaleString('en')} registrants\n`);
    if (campaignFile !== undefined) io.out(`${campaignFile}: their campaign\n`);
  }
  return DONE;
};

/** Writes beside the file and moves it into place, so that nobody ever sees half of one. A device is written as it is. */
const writeWhole = async (path: string, write: (path: string) => Promise<void>): Promise<void> => {
  const found = await stat(path).catch(() => undefined);
  if (found !== undefined && !found.isFile()) return write(path);
  const partial = `${path}.partial`;
  try {
    await write(partial);
    await rename(partial, path);
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  }
};

/** Writes chunks to a file. Throws `InterruptedError` when the signal aborts. */
export const writeStream = async (
  path: string,
  chunks: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
): Promise<void> => {
  try {
    await pipeline(Readable.from(chunks, { objectMode: false }), createWriteStream(path), { signal });
  } catch (error) {
    throw signal.aborted ? new InterruptedError('interrupted', { cause: error }) : error;
  }
};

import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Estate } from '@verifiedfan/local';
import type { CommandRun } from '../context.ts';
import { BAD_OUTCOME, DONE, printJson, UsageError } from '../io.ts';
import { formatTable } from '../report/table.ts';

/** Creates or updates campaigns with their markets from JSON; the same file again changes nothing. */
export const importCampaigns: CommandRun<{ file: string }> = async ({ io, json, estate }, { file }) => {
  const path = resolve(io.directory, file);
  const text = await readFile(path, 'utf8').catch(() => undefined);
  if (text === undefined) throw new UsageError(`there is no file ${path}`);
  const results = await importInto(await estate(), parse(path, text));
  if (json) printJson(io, { campaigns: results });
  else
    io.out(
      formatTable(
        ['campaign', 'outcome', 'markets'],
        results.map(({ _id, outcome, markets }) => [_id, outcome, markets]),
      ),
    );
  return results.every(({ outcome }) => outcome !== 'failed') ? DONE : BAD_OUTCOME;
};

const parse = (path: string, text: string): unknown => {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw new UsageError(
      `${path} is not JSON: ${error instanceof Error ? error.message.replace(/"[^"]*"/g, '…') : ''}`,
    );
  }
};

/** Imports through campaign-service's own rules, with a token of its own. */
export const importInto = async (estate: Estate, document: unknown) => {
  const { campaigns } = await estate.services();
  return campaigns.importCampaigns(document);
};

import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Estate } from '@verifiedfan/local';
import type { JsonObject } from '@verifiedfan/ports';
import { isObject } from '@verifiedfan/worker';
import type { CommandRun } from '../context.ts';
import { DONE, printJson, UsageError } from '../io.ts';
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
  return DONE;
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

export type Imported = { _id: string; outcome: string; markets: number };

/** Imports by campaign-service's own rules, as its operator. */
export const importInto = async (estate: Estate, document: unknown): Promise<Imported[]> => {
  const documents = isObject(document) ? document.campaigns : undefined;
  if (!Array.isArray(documents) || !documents.every(isObject))
    throw new UsageError('the document must be { "campaigns": [{ … }, …] }');
  const [{ campaigns }, tokens] = await Promise.all([estate.services(), estate.tokens()]);
  const claims = tokens.verifier('campaign-service')(tokens.issue({ subject: 'operator', supreme: true }));
  const outcomes = await campaigns.manager.importCampaigns(documents as JsonObject[], claims);
  return outcomes.map(({ _id, outcome }, at) => ({ _id, outcome, markets: marketsOf(documents[at]) }));
};

const marketsOf = (document: unknown): number =>
  isObject(document) && Array.isArray(document.markets) ? document.markets.length : 0;

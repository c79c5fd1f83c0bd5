import { resolve } from 'node:path';
import type { Estate } from '@verifiedfan/local';
import type { JsonObject } from '@verifiedfan/ports';
import { isObject } from '@verifiedfan/worker';
import { DONE, printJson, UsageError } from '../output/io.ts';
import { formatTable } from '../output/table.ts';
import type { CommandRun } from '../run/context.ts';
import { readJsonFile } from './files.ts';

/** Creates or updates campaigns with their markets from JSON; the same file again changes nothing. */
export const importCampaigns: CommandRun<{ file: string }> = async ({ io, json, estate }, { file }) => {
  const document = await readJsonFile(resolve(io.directory, file));
  const results = await importInto(await estate(), document);
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

export type Imported = { _id: string; outcome: string; markets: number };

/** Imports by campaign-service's own rules, as its operator. */
export const importInto = async (estate: Estate, document: unknown): Promise<Imported[]> => {
  const documents = isObject(document) ? document.campaigns : undefined;
  if (!Array.isArray(documents) || !documents.every(isObject))
    throw new UsageError('the document must be { "campaigns": [{ "_id", "name", …, "markets": [{ "eventId", … }] }] }');
  const [{ campaigns }, tokens] = await Promise.all([estate.services(), estate.tokens()]);
  const claims = tokens.verifier('campaign-service')(tokens.issue({ subject: 'operator', supreme: true }));
  const outcomes = await campaigns.manager.importCampaigns(documents as JsonObject[], claims);
  return outcomes.map(({ _id, outcome }, at) => ({ _id, outcome, markets: marketsOf(documents[at]) }));
};

const marketsOf = (document: unknown): number =>
  isObject(document) && Array.isArray(document.markets) ? document.markets.length : 0;

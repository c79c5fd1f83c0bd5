import type { Queue, Table } from '@verifiedfan/ports';
import type { Load } from '../domain/load-manifest.ts';
import { storedOffers } from '../domain/offers.ts';

/** Ids have up to 128 characters, so a message stays far below the 256 KiB that every queue takes. */
const CAMPAIGNS_A_MESSAGE = 1_000;

/**
 * Asks for the counts of all campaigns that the load, or an upload that it replaced, may have changed: one message a file, unless it names more
 * campaigns than one holds. Sent before the load is noted as ended, so a crash in between sends it again rather than never. The
 * campaigns stand in the message, so that its reader needs no right to the rows of files.
 */
export const sendReport = async (
  { table, verdictQueue }: { table: Table; verdictQueue: Queue },
  { file, loadId, load, uncleared }: Load,
): Promise<void> => {
  const campaigns = new Set<string>();
  for (const each of [loadId, ...uncleared.map((earlier) => earlier.loadId)]) {
    for await (const { campaignId, offer } of storedOffers(table, { file, loadId: each }))
      if (offer !== undefined) campaigns.add(campaignId);
  }
  const meta = { correlation: `load-${load}` };
  const messages = partsOf([...campaigns]).map((part) => ({ body: JSON.stringify({ campaigns: part, meta }) }));
  for (const result of await verdictQueue.sendMany(messages)) if ('error' in result) throw result.error;
};

const partsOf = (campaigns: readonly string[]): string[][] =>
  Array.from({ length: Math.max(1, Math.ceil(campaigns.length / CAMPAIGNS_A_MESSAGE)) }, (_, part) =>
    campaigns.slice(part * CAMPAIGNS_A_MESSAGE, (part + 1) * CAMPAIGNS_A_MESSAGE),
  );

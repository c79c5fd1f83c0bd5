import type { Queue } from '@verifiedfan/ports';
import { toError, type WorkerRecord } from '@verifiedfan/worker';

type Asking = { campaignId: string; records: ReadonlySet<WorkerRecord> };

/**
 * Asks for the selections of campaigns whose scores have settled: one message each, of a few bytes, whether they select or not. `fail` is
 * told of the records whose campaigns could not be asked for: delivered again, they find their verdict posted and ask again.
 */
export const askForSelections = async (
  queue: Pick<Queue, 'sendMany'>,
  campaigns: readonly Asking[],
  fail: (record: WorkerRecord, error: unknown) => void,
): Promise<void> => {
  if (campaigns.length === 0) return;
  const failAll = ({ records }: Asking, error: unknown): void => {
    for (const record of records) fail(record, error);
  };
  try {
    const messages = campaigns.map(({ campaignId }) => ({ body: JSON.stringify({ campaignId }) }));
    const results = await queue.sendMany(messages);
    for (const [at, asked] of campaigns.entries()) {
      const result = results[at];
      if (result === undefined || 'error' in result) failAll(asked, result?.error);
    }
  } catch (thrown) {
    for (const asked of campaigns) failAll(asked, toError(thrown));
  }
};

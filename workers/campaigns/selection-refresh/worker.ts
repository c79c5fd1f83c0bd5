import type { JsonObject, Queue } from '@verifiedfan/ports';
import { defineWorker, RejectError, sqs, toError } from '@verifiedfan/worker';
import { createCampaigns } from '../../scoring/domain/campaigns.ts';
import { gatherRefreshes, type Refresh } from './messages.ts';
import { type MarketOutcome, type RefreshResult, refreshCampaign } from './refresh-campaign.ts';

/** Between two looks at scores that move, in seconds; with the attempts this gives a load an hour. */
const REQUEUE_DELAY_SECONDS = 5;
const MAX_ATTEMPTS = 720;

/**
 * Computes the selections of a campaign's markets again when a market or the scores changed. Whatever is delivered again, late or out of
 * order, the campaign is read as it is now, and a newer selection is never replaced by an older one. Per batch:
 * campaigns.input = missing + skipped + refreshed + requeued + failed; markets.input = applied + unchanged + missing + failed, where
 * `skipped` campaigns have no market with rules. `scans` and `rows` tell how often member rows were read, and how many.
 */
export const selectionRefresh = defineWorker({
  purpose: 'Computes the selections of markets again when a market or the scores of its campaign changed.',
  source: sqs('refreshSelectionsQueue', { batchSize: 10, maxConcurrency: 2 }),
  reads: [
    'demandTable/campaign:*/member:* query',
    'demandTable/campaign:*/meta:counts*',
    'demandTable/campaign:*/meta:profile:* get',
  ],
  writes: ['demandTable/campaign:*/meta:profile:* put'],
  requeues: ['refreshSelectionsQueue'],
  secrets: ['tokenKeys'],
  calls: ['campaignService'],
  services(kit) {
    const { find, putSelection } = createCampaigns(kit);
    const { clock } = kit;
    return { table: kit.table('demandTable'), queue: kit.queue('refreshSelectionsQueue'), find, putSelection, clock };
  },
  async handle(records, { services, reject, fail, log, signal }) {
    const refreshes = gatherRefreshes(records, reject);
    const campaigns = { input: refreshes.size, missing: 0, skipped: 0, refreshed: 0, requeued: 0, failed: 0 };
    const markets = { input: 0, applied: 0, unchanged: 0, missing: 0, failed: 0 };
    const reading = { scans: 0, rows: 0 };
    const scanned = (rows: number): void => {
      reading.scans += 1;
      reading.rows += rows;
    };
    for (const refresh of refreshes.values()) {
      const outcomes = new Map<string, MarketOutcome>();
      try {
        const result = await refreshCampaign({ ...services, ...refresh, log, signal, markets: outcomes, scanned });
        await putBack(services.queue, refresh, result);
        campaigns[result.outcome === 'moving' ? 'requeued' : result.outcome] += 1;
      } catch (thrown) {
        campaigns.failed += 1;
        const error = toError(thrown);
        log.warn('the selections were not computed', { campaignId: refresh.campaignId, error });
        for (const record of refresh.records) fail(record, error);
      }
      markets.input += outcomes.size;
      for (const outcome of outcomes.values()) markets[outcome] += 1;
    }
    return { campaigns, markets, ...reading };
  },
});

/** Puts a refresh back whose scores are moving. The reporter asks as well when they have settled; this is for when it cannot. */
const putBack = async (
  queue: Queue,
  { campaignId, attempt }: Pick<Refresh, 'campaignId' | 'attempt'>,
  result: RefreshResult,
): Promise<void> => {
  if (result.outcome !== 'moving') return;
  if (attempt + 1 >= MAX_ATTEMPTS) throw new RejectError('the scores did not settle within the allowed attempts');
  const message: JsonObject = { campaignId, attempt: attempt + 1, seen: result.seen };
  const [sent] = await queue.sendMany([{ body: JSON.stringify(message), delaySeconds: REQUEUE_DELAY_SECONDS }]);
  if (sent !== undefined && 'error' in sent) throw sent.error;
};

import { createCampaignClient } from '@verifiedfan/campaign-client';
import { createRequest } from '@verifiedfan/request';
import { defineWorker, schedule } from '@verifiedfan/worker';

/**
 * Asks campaign-service every minute to open, close and retire the campaigns whose time has come, so a sale opens at most a minute late.
 * Which these are is decided there, so that it does no harm when a tick comes twice, or when several estates share a service.
 */
export const refreshCampaigns = defineWorker({
  purpose: 'Opens, closes and retires campaigns whose time has come.',
  source: schedule('campaignRefreshSchedule'),
  reads: [],
  writes: [],
  calls: ['campaignService'],
  secrets: ['tokenKeys'],
  services: ({ endpoint, clock, random, workerToken }) => ({
    campaigns: createCampaignClient({
      request: createRequest({
        baseUrl: endpoint('campaignService'),
        clock,
        random,
        // Ten thousand campaigns that are due together take seconds; the next tick is a minute away.
        timeoutMs: 25_000,
        deadlineMs: 50_000,
        propagate: true,
      }),
      getToken: workerToken('campaign-service'),
    }),
  }),
  async handle(_ticks, { services, log }) {
    const { opened, closed, inactivated, blocked, failed, details } = await services.campaigns.refresh();
    const broken = details.filter(({ outcome }) => outcome === 'failed').map(({ campaignId }) => campaignId);
    if (failed > 0) log.warn('campaigns could not be refreshed', { failed, campaigns: broken });
    return { opened, closed, inactivated, blocked, failed };
  },
});

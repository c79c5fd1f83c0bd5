import type { CampaignStatus } from '../src/index.ts';
import { aCampaign } from './fixtures.ts';

/** A request that its route accepts from those who may make it. */
export type Sample = {
  json?: unknown;
  headers?: Record<string, string>;
  /** Where only a campaign in this status can be changed so. */
  status?: CampaignStatus;
};

export const CAMPAIGN_ID = 'tour-2027';
export const PROMOTER_ID = 'promoter-1';

const ANY_VERSION = { 'if-match': '*' };

/** Routes that need more than a path. A route with a body that is missing here fails the test of the table. */
export const SAMPLES: Readonly<Record<string, Sample>> = {
  'POST /campaigns': { json: aCampaign({ _id: 'another' }) },
  'POST /campaigns/import': { json: { campaigns: [{ _id: 'another', name: 'Another' }] } },
  'POST /campaigns/:campaignId/markets': { json: { eventId: 'e9' } },
  'POST /campaigns/:campaignId/markets/:marketId': { json: {}, headers: ANY_VERSION },
  'DELETE /campaigns/:campaignId/markets/:marketId': { headers: ANY_VERSION },
  'PUT /campaigns/:campaignId/markets/:marketId/selection': {
    json: {
      eligible: 1,
      capacity: 1,
      status: 'balanced',
      ruleVersion: 1,
      marketVersion: 1,
      scoresVersion: 1,
      computedAt: '2026-01-05T10:00:00.000Z',
    },
  },
  'POST /campaigns/:campaignId': { json: { maxRank: 1 }, headers: ANY_VERSION },
  'POST /campaigns/:campaignId/reopen': { headers: ANY_VERSION, status: 'CLOSED' },
  'POST /campaigns/:campaignId/postpone': { headers: ANY_VERSION, status: 'OPEN' },
  'POST /campaigns/:campaignId/cancel': { headers: ANY_VERSION },
  'POST /promoters': { json: { name: 'Promoter' } },
  'POST /promoters/:promoterId': { json: {}, headers: ANY_VERSION },
  'DELETE /promoters/:promoterId': { headers: ANY_VERSION },
  'POST /admin/configuration/:path': { json: { content: '{}', title: 'Empty it' } },
  'POST /outbox/redrive': { json: { ids: ['no-such-event'] } },
};

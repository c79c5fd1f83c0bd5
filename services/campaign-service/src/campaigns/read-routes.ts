import { z } from '@verifiedfan/schema';
import { type Route, route } from '@verifiedfan/service';
import { accessOf } from '../rights/index.ts';
import type { CampaignManager } from './manager.ts';
import { listQuery, localeQuery } from './read-query.ts';
import { campaignHeaders, campaignParams } from './route-parts.ts';
import { campaignView, marketView } from './schemas.ts';

const DEFAULT_LIMIT = 50;

export const createReadRoutes = ({ manager }: { manager: CampaignManager }): Route[] => [
  route({
    method: 'GET',
    path: '/campaigns',
    summary: 'Campaigns that the token may read, in pages, filtered, searched and sorted',
    access: accessOf('GET /campaigns'),
    query: listQuery,
    responses: { 200: z.array(campaignView) },
    async handler({ query: { limit = DEFAULT_LIMIT, ...query }, claims }) {
      const { campaigns, next } = await manager.list({ ...query, limit }, claims);
      return { status: 200, data: campaigns, next: next ?? null };
    },
  }),
  route({
    method: 'GET',
    path: '/campaigns/:campaignId',
    summary: 'A campaign with its markets in their order',
    access: accessOf('GET /campaigns/:campaignId'),
    params: campaignParams,
    query: localeQuery,
    responses: { 200: campaignView },
    errors: ['CAMPAIGN_NOT_FOUND'],
    async handler({ params: { campaignId }, query, claims }) {
      const campaign = await manager.findById(campaignId, claims, query);
      return { status: 200, data: campaign, headers: campaignHeaders(campaign) };
    },
  }),
  route({
    method: 'GET',
    path: '/campaigns/:campaignId/markets',
    summary: 'The markets of a campaign in their order',
    access: accessOf('GET /campaigns/:campaignId/markets'),
    params: campaignParams,
    query: localeQuery,
    responses: { 200: z.array(marketView) },
    errors: ['CAMPAIGN_NOT_FOUND'],
    async handler({ params: { campaignId }, query, claims }) {
      const { markets } = await manager.findById(campaignId, claims, query);
      return { status: 200, data: markets, next: null };
    },
  }),
];

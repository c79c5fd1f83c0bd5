import { idSchema, z } from '@verifiedfan/schema';
import { type Route, readIfMatch, route } from '@verifiedfan/service';
import { localeQuery } from '../campaigns/read-query.ts';
import { campaignHeaders, campaignParams, documentOf } from '../campaigns/route-parts.ts';
import type { MarketView } from '../campaigns/schemas.ts';
import { accessOf } from '../rights/index.ts';
import type { MarketManager } from './manager.ts';
import { marketDocument, marketPatch, marketView, selectionAnswer, selectionV2 } from './schemas.ts';

const params = z.strictObject({ campaignId: idSchema, marketId: idSchema });

/** The tag is of the market alone; a purge names its campaign. */
const headersOf = ({ campaignId, version }: MarketView): Record<string, string> =>
  campaignHeaders({ _id: campaignId, version });

const CHANGE_ERRORS = [
  'CAMPAIGN_NOT_FOUND',
  'MARKET_NOT_FOUND',
  'CONTENTION',
  'PRECONDITION_REQUIRED',
  'VERSION_CONFLICT',
] as const;

export const createMarketRoutes = ({ markets }: { markets: MarketManager }): Route[] => [
  route({
    method: 'GET',
    path: '/campaigns/:campaignId/markets/:marketId',
    summary: 'A market with its selection',
    access: accessOf('GET /campaigns/:campaignId/markets/:marketId'),
    params,
    query: localeQuery,
    responses: { 200: marketView },
    errors: ['CAMPAIGN_NOT_FOUND', 'MARKET_NOT_FOUND'],
    async handler({ params: ids, query, claims }) {
      const market = await markets.findById(ids, claims, query);
      return { status: 200, data: market, headers: headersOf(market) };
    },
  }),
  route({
    method: 'POST',
    path: '/campaigns/:campaignId/markets',
    summary: 'Adds a market for an event that the campaign has no market for',
    access: accessOf('POST /campaigns/:campaignId/markets'),
    params: campaignParams,
    body: documentOf(marketDocument),
    idempotency: 'stored',
    responses: { 201: marketView },
    errors: ['CAMPAIGN_NOT_FOUND', 'INVALID_MARKET', 'EVENT_CONFLICT', 'CATALOGUE_UNAVAILABLE', 'CONTENTION'],
    async handler({ params: { campaignId }, body, claims, operation }) {
      const market = await markets.add(campaignId, body, { claims, operation });
      return { status: 201, data: market, headers: headersOf(market) };
    },
  }),
  route({
    method: 'POST',
    path: '/campaigns/:campaignId/markets/:marketId',
    summary: 'Changes a market by a JSON merge patch: null removes',
    access: accessOf('POST /campaigns/:campaignId/markets/:marketId'),
    params,
    body: documentOf(marketPatch),
    headers: ['if-match'],
    responses: { 200: marketView },
    errors: [...CHANGE_ERRORS, 'INVALID_MARKET', 'CATALOGUE_UNAVAILABLE'],
    async handler({ params: ids, body, claims, header }) {
      const ifMatch = (): number | '*' => readIfMatch(header('if-match'));
      const market = await markets.update(ids, body, { ifMatch, claims });
      return { status: 200, data: market, headers: headersOf(market) };
    },
  }),
  route({
    method: 'DELETE',
    path: '/campaigns/:campaignId/markets/:marketId',
    summary: 'Removes a market',
    access: accessOf('DELETE /campaigns/:campaignId/markets/:marketId'),
    params,
    headers: ['if-match'],
    responses: { 204: null },
    errors: CHANGE_ERRORS,
    async handler({ params: ids, claims, header }) {
      await markets.remove(ids, { ifMatch: () => readIfMatch(header('if-match')), claims });
      return { status: 204 };
    },
  }),
  route({
    method: 'PUT',
    path: '/campaigns/:campaignId/markets/:marketId/selection',
    summary: 'Keeps a computed selection, unless the market or the scores have moved on since',
    access: accessOf('PUT /campaigns/:campaignId/markets/:marketId/selection'),
    params,
    body: selectionV2,
    responses: { 200: selectionAnswer },
    errors: ['CAMPAIGN_NOT_FOUND', 'MARKET_NOT_FOUND'],
    quiet: true,
    async handler({ params: ids, body }) {
      return { status: 200, data: await markets.select(ids, body) };
    },
  }),
];

import assert from 'node:assert/strict';
import type { CampaignView, MarketView } from '../../src/index.ts';
import { CREATOR, type Service } from '../fixtures.ts';
import { type Claims, dataOf } from '../support.ts';

export const SELECTOR: Claims = { sub: 'worker:selectionRefresh', permissions: ['campaigns:select'] };
export const MARKETS = '/campaigns/tour-2027/markets';
export const RULES = { minScore: 0.5, requireVerified: true, capacity: 100 };

export const add = (service: Service, json: unknown, claims: Claims = CREATOR, headers: Record<string, string> = {}) =>
  service.call(MARKETS, { json, claims, headers });

export const added = async (service: Service, json: unknown): Promise<MarketView> => {
  const answer = await add(service, json);
  assert.equal(answer.status, 201, answer.text);
  return dataOf(answer);
};

type Options = { claims?: Claims; ifMatch?: string | null };
const headersOf = (ifMatch: string | null) => (ifMatch === null ? {} : { 'if-match': ifMatch });

export const patchMarket = (
  service: Service,
  id: string,
  json: unknown,
  { claims = CREATOR, ifMatch = '*' }: Options = {},
) => service.call(`${MARKETS}/${id}`, { json, claims, headers: headersOf(ifMatch) });

export const removeMarket = (service: Service, id: string, { claims = CREATOR, ifMatch = '*' }: Options = {}) =>
  service.call(`${MARKETS}/${id}`, { method: 'DELETE', claims, headers: headersOf(ifMatch) });

export const readMarket = async (service: Service, id: string): Promise<MarketView> =>
  dataOf(await service.call(`${MARKETS}/${id}`, { claims: CREATOR }));

export const readCampaign = async (service: Service): Promise<CampaignView> =>
  dataOf(await service.call('/campaigns/tour-2027', { claims: CREATOR }));

export const setStatus = async ({ database }: Service, status: string): Promise<void> => {
  await database.collection('campaigns').updateOne({ _id: 'tour-2027' }, { $set: { status } });
};

import assert from 'node:assert/strict';
import type { CampaignView } from '../src/index.ts';
import { type Claims, dataOf, errorOf, type startService } from './support.ts';

export const CREATOR: Claims = { sub: 'promoter', permissions: ['campaigns:create'] };
export const WORKER: Claims = { sub: 'worker:loadScoresToStream', permissions: ['campaigns:read'] };
export const STRANGER: Claims = { sub: 'stranger' };

export const aCampaign = (overrides: Record<string, unknown> = {}) => ({
  _id: 'tour-2027',
  name: 'Tour',
  markets: [{ eventId: 'e1' }, { eventId: 'e2' }],
  ...overrides,
});
export type Service = Awaited<ReturnType<typeof startService>>;
export const create = async (service: Service, overrides = {}): Promise<CampaignView> => {
  const answer = await service.call('/campaigns', { json: aCampaign(overrides), claims: CREATOR });
  assert.equal(answer.status, 201, answer.text);
  return dataOf(answer);
};
export const patch = (service: Service, json: unknown, { claims = CREATOR, ifMatch = '*' as string | null } = {}) =>
  service.call('/campaigns/tour-2027', { json, claims, headers: ifMatch === null ? {} : { 'if-match': ifMatch } });
/** What the details of a refusal say would be allowed. */
export const allowedOf = (answer: Awaited<ReturnType<typeof patch>>): unknown[] | undefined =>
  errorOf(answer).details?.map((detail) => Reflect.get(detail, 'allowed'));
export const pointersOf = (answer: Awaited<ReturnType<typeof patch>>) =>
  errorOf(answer).details?.map(({ pointer, rule }) => `${pointer} ${rule}`);

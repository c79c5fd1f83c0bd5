import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { startServiceFor } from '@verifiedfan/service/testing';
import type { CampaignView, RefreshResult } from '../../src/index.ts';
import { createCampaignService } from '../../src/index.ts';
import { aCampaign, CREATOR } from '../fixtures.ts';
import { createReceivers } from '../outbox/support.ts';
import { dataOf, openDatabase, withShortSleeps } from '../support.ts';

export const SCHEDULE = { sub: 'worker:refreshCampaigns', permissions: ['campaigns:refresh'] };
const READER = { sub: 'reader', permissions: ['campaigns:read'] };

/** The service with all destinations; several of them may share a database. */
export const startWithDestinations = async (
  context: TestContext,
  { database = openDatabase(context), receivers = createReceivers() } = {},
) => {
  const { destinations } = receivers;
  const started = await startServiceFor(
    context,
    (parts) => createCampaignService({ ...parts, destinations, clock: withShortSleeps(parts.clock) }),
    { database },
  );
  const { call, service, lines } = started;
  return {
    ...started,
    receivers,
    async create(overrides: Record<string, unknown> = {}): Promise<CampaignView> {
      const answer = await call('/campaigns', {
        json: aCampaign({ timezone: 'Europe/Berlin', ...overrides }),
        claims: CREATOR,
      });
      assert.equal(answer.status, 201, answer.text);
      return dataOf(answer);
    },
    async read(id = 'tour-2027'): Promise<CampaignView> {
      return dataOf(await call(`/campaigns/${id}`, { claims: READER }));
    },
    async refresh(): Promise<RefreshResult> {
      const answer = await call('/campaigns/refresh', { method: 'POST', claims: SCHEDULE });
      assert.equal(answer.status, 200, answer.text);
      return dataOf(answer);
    },
    change: (name: string, { id = 'tour-2027', ifMatch = '*', claims = CREATOR as Record<string, unknown> } = {}) =>
      call(`/campaigns/${id}/${name}`, {
        method: 'POST',
        claims,
        headers: ifMatch === '' ? {} : { 'if-match': ifMatch },
      }),
    patch: (json: unknown, id = 'tour-2027') =>
      call(`/campaigns/${id}`, { json, claims: CREATOR, headers: { 'if-match': '*' } }),
    /** What the stream was told, in order, without the prefix of the types. */
    async events(): Promise<string[]> {
      await service.relay.drain();
      const told = receivers.told.filter(({ at }) => at === 'campaignDataStream');
      return told.map(({ type, campaign }) => `${campaign} ${type.replace('verifiedfan.campaign.', '')}`);
    },
    audits: () => lines.map((line) => JSON.parse(line)).filter(({ message }) => message === 'audit'),
  };
};

export const counts = ({ opened, closed, inactivated, blocked, failed }: RefreshResult): number[] => [
  opened,
  closed,
  inactivated,
  blocked,
  failed,
];

/** Time moves: nothing sleeps in these tests but the clock's owner. */
export const DAY_MS = 86_400_000;

import { type Campaign, createCampaignClient } from '@verifiedfan/campaign-client';
import type { JsonObject } from '@verifiedfan/ports';
import { createRequest } from '@verifiedfan/request';
import { appsyncResolver, defineWorker, RejectError } from '@verifiedfan/worker';

const ID = /^[A-Za-z0-9._-]{1,128}$/;

/**
 * Looks a campaign up by one of its events. The caller's own token goes on to campaign-service, which decides what the caller may see:
 * with a token of this worker, it would lend its rights to everyone.
 */
export const proxyCampaignService = defineWorker({
  purpose: "Looks a campaign up by one of its events, with the caller's own rights.",
  source: appsyncResolver('campaignByEventId'),
  reads: [],
  writes: [],
  calls: ['campaignService'],
  services: ({ endpoint, clock, random }) => ({
    request: createRequest({
      baseUrl: endpoint('campaignService'),
      clock,
      random,
      timeoutMs: 3_000,
      deadlineMs: 8_000,
      propagate: true,
    }),
  }),
  async answer({ data }, { services }) {
    const { eventId } = data.arguments;
    if (typeof eventId !== 'string' || !ID.test(eventId))
      throw new RejectError('eventId must be 1 to 128 of A-Z a-z 0-9 . _ -');
    const token = (data.headers.authorization ?? '').replace(/^Bearer /i, '');
    const client = createCampaignClient({ request: services.request, getToken: async () => token });
    const [campaign] = await client.findByEventId(eventId);
    if (campaign === undefined) return null;
    return toField(campaign);
  },
});

/** The campaign as the GraphQL schema shows it. A localised name is shown in its first language. */
const toField = ({ _id, name, status, date, timezone, domain, markets = [] }: Campaign): JsonObject => ({
  id: _id,
  name: typeof name === 'string' ? name : (Object.values(name)[0] ?? null),
  status,
  open: date?.open ?? null,
  close: date?.close ?? null,
  timezone: timezone ?? null,
  site: domain?.site ?? null,
  markets: markets.map(({ eventId, status: market }) => ({ eventId, status: market })),
});

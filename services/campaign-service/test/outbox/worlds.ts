import type { TestContext } from 'node:test';
import type { Cache, Database } from '@verifiedfan/ports';
import { openCache, startServiceFor } from '@verifiedfan/service/testing';
import { createManualClock, createSeededRandom, type ManualClock } from '@verifiedfan/test-utils';
import { createCampaignService, DESTINATIONS, type OutboxRow } from '../../src/index.ts';
import { CREATOR } from '../fixtures.ts';
import { openDatabase, withShortSleeps } from '../support.ts';
import type { Mortal } from './mortal.ts';
import { createWorldPartners, type WorldPartners } from './partners-of-world.ts';
import { createReceivers, type Receivers } from './support.ts';

/** Everything outside of the process that dies. */
export type World = {
  database: Database;
  cache: Cache;
  receivers: Receivers;
  partners: WorldPartners;
  clock: ManualClock;
};

/** What the pipeline refuses when it comes for the first time, so that there is something to redrive. */
export const REFUSED = { campaign: 'refused', row: 'refused:0000000000000001:dataPipelineQueue' };
export const refusesOnce = (at: string, { id }: { id: string }): boolean =>
  at === 'dataPipelineQueue' && id === `${REFUSED.campaign}.1`;

export const newWorld = (context: TestContext): World => {
  const clock = createManualClock();
  return {
    database: openDatabase(context),
    cache: openCache(context, { clock }),
    receivers: createReceivers({ refusesOnce }),
    partners: createWorldPartners(),
    clock,
  };
};

const SUPREME = { sub: 'admin', supreme: true };
/** What a creator may do; the rest is for admins and workers. */
const OF_CREATORS = /^\/campaigns(?!\/refresh|.*\/selection$)/;

export const boot = async (
  context: TestContext,
  world: World,
  { mortal, holder }: { mortal: Mortal; holder: string },
) => {
  const { clock, receivers, partners } = world;
  const cache = mortal.port('cache', world.cache);
  const started = await startServiceFor(
    context,
    (parts) =>
      createCampaignService({
        ...parts,
        clock: withShortSleeps(clock),
        random: createSeededRandom({ seed: holder }),
        database: mortal.database(world.database),
        destinations: mortal.destinations(receivers.destinations),
        discovery: mortal.port('discovery', partners.discovery),
        gitlab: mortal.port('gitlab', partners.gitlab),
        ...{ discoveryCache: cache, promoterCache: cache },
        relay: { holder },
      }),
    { database: world.database },
  );
  const send = (method: string, path: string, { json, key }: { json?: unknown; key?: string | undefined } = {}) =>
    started.call(path, {
      method,
      ...(json === undefined ? {} : { json }),
      claims: OF_CREATORS.test(path) ? CREATOR : SUPREME,
      headers: { 'if-match': '*', ...(key === undefined ? {} : { 'idempotency-key': key }) },
    });
  return { ...started, send };
};
export type Process = Awaited<ReturnType<typeof boot>>;

/** What is left in the end, without what depends on when and under which ids it was made. */
export const outcomeOf = async ({ database, receivers, partners }: World) => {
  const campaigns = await database.collection('campaigns').find({ sort: [['_id', 1]] });
  const markets = await database.collection('markets').find({ sort: [['eventId', 1]] });
  const promoters = await database.collection('promoters').find({ sort: [['_id', 1]] });
  const rows = await database.collection<OutboxRow>('outbox').find({ sort: [['_id', 1]] });
  return {
    campaigns: campaigns.map(({ createdAt: _createdAt, updatedAt: _updatedAt, date, ...rest }) => ({
      ...rest,
      dates: Object.keys(date as object).sort(),
    })),
    markets: markets.map(({ _id, catalogue: _at, ...rest }) => rest),
    promoters: promoters.map(({ createdAt: _createdAt, updatedAt: _updatedAt, removedAt, ...rest }) => ({
      ...rest,
      isRemoved: removedAt !== undefined,
    })),
    rows: rows.map(({ _id, sentAt, unsent, deadAt }) => [_id, sentAt !== undefined, unsent, deadAt]),
    // In the order of each campaign; between campaigns there is none.
    seen: DESTINATIONS.map((at) => {
      const seen = receivers.seenBy(at).map(({ campaign, type, sequence }) => ({ campaign, type, sequence }));
      return Object.fromEntries(Map.groupBy(seen, ({ campaign }) => campaign));
    }),
    purged: [...new Set(receivers.purged.flat())].sort(),
    proposed: partners.proposed,
  };
};

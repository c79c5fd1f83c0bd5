import type { TestContext } from 'node:test';
import type { Database } from '@verifiedfan/ports';
import { startServiceFor } from '@verifiedfan/service/testing';
import { createManualClock, createSeededRandom, type ManualClock } from '@verifiedfan/test-utils';
import { createCampaignService, DESTINATIONS, type OutboxRow } from '../../src/index.ts';
import { aCampaign, CREATOR } from '../fixtures.ts';
import { dataOf, openDatabase } from '../support.ts';
import type { Mortal } from './mortal.ts';
import { createReceivers, type Receivers } from './support.ts';

/** Everything outside of the process that dies. */
export type World = { database: Database; receivers: Receivers; clock: ManualClock };

export const newWorld = (context: TestContext): World => ({
  database: openDatabase(context),
  receivers: createReceivers(),
  clock: createManualClock(),
});

export const boot = async (
  context: TestContext,
  world: World,
  { mortal, holder }: { mortal: Mortal; holder: string },
) => {
  const { clock, receivers } = world;
  const started = await startServiceFor(
    context,
    (parts) =>
      createCampaignService({
        ...parts,
        clock,
        random: createSeededRandom({ seed: holder }),
        database: mortal.database(world.database),
        destinations: mortal.destinations(receivers.destinations),
        relay: { holder },
      }),
    { database: world.database },
  );
  const send = (method: string, path: string, json?: unknown) =>
    started.call(path, {
      method,
      ...(json === undefined ? {} : { json }),
      claims: path.endsWith('refresh') ? { sub: 'admin', supreme: true } : CREATOR,
      headers: { 'if-match': '*' },
    });
  return { ...started, send };
};
export type Process = Awaited<ReturnType<typeof boot>>;

/** A request that does nothing more when it is done already; `done` are the answers that say so. */
type Step = { run: (process: Process) => Promise<{ status: number }>; done: readonly number[] };
export type History = { name: string; steps: readonly Step[]; types: readonly string[] };

const step =
  (method: string, path: string, json?: unknown) =>
  (...done: number[]): Step => ({ run: ({ send }) => send(method, `/campaigns${path}`, json), done });

/** Something done to the market of an event, while there is one. */
const marketStep =
  (method: string, eventId: string, json?: unknown) =>
  (...done: number[]): Step => ({
    async run({ send }) {
      const found = await send('GET', '/campaigns/tour-2027/markets');
      if (found.status !== 200) return found;
      const market = dataOf<{ _id: string; eventId: string }[]>(found).find((each) => each.eventId === eventId);
      return send(method, `/campaigns/tour-2027/markets/${market?._id ?? 'gone'}`, json);
    },
    done,
  });

const PAST = { open: '2026-01-01T00:00:00Z', close: '2026-01-02T00:00:00Z' };
const first = aCampaign({
  timezone: 'UTC',
  domain: { site: 'old.example.com' },
  markets: [{ eventId: 'e1', date: { event: '2026-06-01T00:00:00Z' } }, { eventId: 'e2' }],
});
const change = { domain: { site: 'new.example.com' }, date: PAST, markets: [{ eventId: 'e1', status: 'CLOSED' }] };

export const HISTORIES: readonly History[] = [
  {
    name: 'create, update, refresh and cancel',
    steps: [
      step('POST', '', first)(201, 409),
      step('POST', '/tour-2027', change)(200),
      step('POST', '/refresh')(200),
      step('POST', '/tour-2027/cancel')(200),
    ],
    types: ['created', 'updated', 'opened', 'closed', 'cancelled'].map((type) => `campaign.${type}`),
  },
  {
    name: 'import, markets one by one, links, reopen and postpone',
    steps: [
      step('POST', '/import', { campaigns: [{ ...first, date: PAST }] })(200),
      step('POST', '/tour-2027/markets', { eventId: 'e3', date: { event: '2026-07-01T00:00:00Z' } })(201, 409),
      marketStep('POST', 'e3', { name: 'Third' })(200),
      marketStep('DELETE', 'e2')(204, 404),
      step('POST', '', { _id: 'other', name: 'Other', linkedCampaignIds: ['tour-2027'] })(201, 409),
      step('POST', '/refresh')(200),
      step('POST', '/tour-2027/reopen')(200, 409),
      step('POST', '/tour-2027/postpone')(200, 409),
    ],
    types: [
      ...['campaign.created', 'market.created', 'market.updated', 'market.removed', 'campaign.updated'],
      ...['campaign.opened', 'campaign.closed', 'campaign.reopened', 'campaign.postponed'],
    ],
  },
];

/** Runs the steps from one on, with the relay behind every third and the last; answers at which it ended. Each is told before it begins. */
export const live = async (
  process: Process,
  { steps }: History,
  from = 0,
  onStep: (index: number) => void = () => {},
): Promise<number> => {
  for (const [index, { run, done }] of steps.entries()) {
    if (index < from) continue;
    onStep(index);
    const { status } = await run(process);
    if (!done.includes(status)) return index;
    if (index % 3 !== 2 && index < steps.length - 1) continue;
    try {
      await process.service.relay.drain();
    } catch {
      return index + 1;
    }
  }
  return steps.length;
};

/** What is left in the end, without what depends on when and under which ids it was made. */
export const outcomeOf = async ({ database, receivers }: World) => {
  const campaigns = await database.collection('campaigns').find({ sort: [['_id', 1]] });
  const markets = await database.collection('markets').find({ sort: [['eventId', 1]] });
  const rows = await database.collection<OutboxRow>('outbox').find({ sort: [['_id', 1]] });
  return {
    campaigns: campaigns.map(({ createdAt: _createdAt, updatedAt: _updatedAt, date, ...rest }) => ({
      ...rest,
      dates: Object.keys(date as object).sort(),
    })),
    markets: markets.map(({ _id, ...rest }) => rest),
    rows: rows.map(({ _id, sentAt, unsent, deadAt }) => [_id, sentAt !== undefined, unsent, deadAt]),
    // In the order of each campaign; between campaigns there is none.
    seen: DESTINATIONS.map((at) => {
      const seen = receivers.seenBy(at).map(({ campaign, type, sequence }) => ({ campaign, type, sequence }));
      return Object.fromEntries(Map.groupBy(seen, ({ campaign }) => campaign));
    }),
    purged: [...new Set(receivers.purged.flat())].sort(),
  };
};

import type { CampaignView } from '../../src/index.ts';
import { aCampaign } from '../fixtures.ts';
import { dataOf } from '../support.ts';
import { type Process, REFUSED } from './worlds.ts';

/** A request that does nothing more when it is done already; `done` are the answers that say so. */
type Step = { run: (process: Process) => Promise<{ status: number }>; done: readonly number[] };
export type History = {
  name: string;
  steps: readonly Step[];
  /** What is told of the campaign that comes first. */
  types: readonly string[];
};

type Sent = { json?: unknown; key?: string };

const step =
  (method: string, path: string, sent: Sent = {}) =>
  (...done: number[]): Step => ({ run: ({ send }) => send(method, path, sent), done });
const campaignStep = (method: string, path: string, json?: unknown) => step(method, `/campaigns${path}`, { json });

type Thing = { _id: string; name?: unknown };

/** A request whose path names what another answers, while it is there: ids are made by the service. */
const stepAt =
  (
    list: string,
    is: (thing: Thing) => boolean,
    request: (id: string, process: Process) => Promise<{ status: number }>,
  ) =>
  (...done: number[]): Step => ({
    async run(process) {
      const found = await process.send('GET', list);
      if (found.status !== 200) return found;
      const thing = dataOf<Thing[]>(found).find(is);
      return request(thing?._id ?? 'gone', process);
    },
    done,
  });

/** Something done to the market of an event, while there is one. */
const marketStep = (method: string, eventId: string, json?: unknown) =>
  stepAt(
    '/campaigns/tour-2027/markets',
    (market) => Reflect.get(market, 'eventId') === eventId,
    (id, { send }) => send(method, `/campaigns/tour-2027/markets/${id}`, { json }),
  );
/** Something done to the campaign that was created without an id. */
const keyedStep = (method: string, path: string, sent: Sent = {}) =>
  stepAt(
    '/campaigns',
    ({ name }) => name === 'Keyed',
    (id, { send }) => send(method, `/campaigns/${id}${path}`, sent),
  );
/** Something done to the one promoter, also when it is removed already. */
const promoterStep =
  (method: string, json?: unknown) =>
  (...done: number[]): Step => ({
    async run({ send, database }) {
      const [row] = await database.collection('promoters').find();
      return send(method, `/promoters/${row?._id}`, { json });
    },
    done,
  });

/** What a worker computed from the market as it is. */
const select = keyedStep('GET', '')(200);
const selectStep: Step = {
  async run(process) {
    const found = (await select.run(process)) as Awaited<ReturnType<Process['send']>>;
    if (found.status !== 200) return found;
    const { _id, markets } = dataOf<CampaignView>(found);
    const market = markets.find(({ selectionRules }) => selectionRules !== undefined);
    const { version: marketVersion, selectionRules } = market ?? { version: 1 };
    const { capacity, ruleVersion } = selectionRules ?? { capacity: 1, ruleVersion: 1 };
    const json = { eligible: 10, capacity, status: 'balanced', ruleVersion, marketVersion, scoresVersion: 1 };
    const computedAt = '2026-01-05T10:00:00.000Z';
    return process.send('PUT', `/campaigns/${_id}/markets/${market?._id}/selection`, { json: { ...json, computedAt } });
  },
  done: [200],
};

/** What a reader is shown of the promoter, from the cache, is what is stored: 200, or 404 once it is removed. */
const promoterIsRead: Step = {
  async run({ send, database }) {
    const [row] = await database.collection('promoters').find();
    const read = await send('GET', `/promoters/${row?._id}`);
    const isStored = row?.removedAt === undefined ? read.headers.etag === `"${row?.version}"` : read.status === 404;
    return isStored ? read : { status: 599 };
  },
  done: [200, 404],
};

/** Sends what was refused once more; until it was, there is nothing to send. */
const redriveStep: Step = {
  async run({ send, service }) {
    try {
      await service.relay.drain();
    } catch {
      return { status: 599 };
    }
    return send('POST', '/outbox/redrive', { json: { ids: [REFUSED.row] } });
  },
  done: [200],
};

const PAST = { open: '2026-01-01T00:00:00Z', close: '2026-01-02T00:00:00Z' };
const first = aCampaign({
  timezone: 'UTC',
  domain: { site: 'old.example.com' },
  markets: [{ eventId: 'e1', date: { event: '2026-06-01T00:00:00Z' } }, { eventId: 'e2' }],
});
const change = { domain: { site: 'new.example.com' }, date: PAST, markets: [{ eventId: 'e1', status: 'CLOSED' }] };
const keyed = { name: 'Keyed', markets: [{ eventId: 'e1', venueId: 'v1' }] };
const withRules = { eventId: 'e3', selectionRules: { minScore: 0.5, capacity: 10 } };

export const HISTORIES: readonly History[] = [
  {
    name: 'create, update, refresh and cancel',
    steps: [
      campaignStep('POST', '', first)(201, 409),
      campaignStep('POST', '/tour-2027', change)(200),
      campaignStep('POST', '/refresh')(200),
      campaignStep('POST', '/tour-2027/cancel')(200),
    ],
    types: ['created', 'updated', 'opened', 'closed', 'cancelled'].map((type) => `campaign.${type}`),
  },
  {
    name: 'import, markets one by one, links, reopen and postpone',
    steps: [
      campaignStep('POST', '/import', { campaigns: [{ ...first, date: PAST }] })(200),
      campaignStep('POST', '/tour-2027/markets', { eventId: 'e3', date: { event: '2026-07-01T00:00:00Z' } })(201, 409),
      marketStep('POST', 'e3', { name: 'Third' })(200),
      marketStep('DELETE', 'e2')(204, 404),
      campaignStep('POST', '', { _id: 'other', name: 'Other', linkedCampaignIds: ['tour-2027'] })(201, 409),
      campaignStep('POST', '/refresh')(200),
      campaignStep('POST', '/tour-2027/reopen')(200, 409),
      campaignStep('POST', '/tour-2027/postpone')(200, 409),
    ],
    types: [
      ...['campaign.created', 'market.created', 'market.updated', 'market.removed', 'campaign.updated'],
      ...['campaign.opened', 'campaign.closed', 'campaign.reopened', 'campaign.postponed'],
    ],
  },
  {
    // Whatever has a key is answered 201 however often it is sent, and only then.
    name: 'what has a key and no id, a selection, a promoter, a proposal, and an event that is redriven',
    steps: [
      step('POST', '/campaigns', { json: keyed, key: 'campaign' })(201),
      keyedStep('POST', '/markets', { json: withRules, key: 'market' })(201),
      selectStep,
      step('POST', '/promoters', { json: { name: 'Promoter' }, key: 'promoter' })(201),
      promoterIsRead,
      promoterStep('POST', { country: 'DE' })(200),
      promoterIsRead,
      promoterStep('DELETE')(204, 404),
      promoterIsRead,
      step('POST', '/admin/configuration/config%2Fa.json', { json: { content: '{"a":1}', title: 'A' } })(201),
      keyedStep('POST', '', { json: { maxRank: 1 } })(200),
      step('POST', '/campaigns', { json: { _id: REFUSED.campaign, name: 'Refused' }, key: 'refused' })(201),
      redriveStep,
    ],
    types: ['campaign.created', 'market.created', 'campaign.updated'],
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

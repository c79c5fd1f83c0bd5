import { isDeepStrictEqual } from 'node:util';
import type { JsonObject } from '@verifiedfan/ports';
import type { EventType, Publication } from '../outbox/index.ts';
import type { Campaign, Market } from './campaign.ts';
import { fitSnapshot } from './fit-snapshot.ts';
import type { MarketView } from './schemas.ts';
import { toCampaignView, toMarketView } from './view.ts';

/** A campaign with its markets at one moment. */
export type Snapshot = { campaign: Campaign; markets: readonly Market[] };

export type PublicationsOptions = {
  type: EventType;
  /** Undefined for a new campaign. */
  previous: Snapshot | undefined;
  next: Snapshot;
  /** What a `verifiedfan.market.…` is about; the one that was removed, for instance. */
  market?: Market | undefined;
};

const CAMPAIGN_SCHEMA = 'urn:verifiedfan:schema:campaign:2';
const MARKET_SCHEMA = 'urn:verifiedfan:schema:market:2';

type Touched = { before: Market | undefined; after: Market | undefined };

const touchedMarkets = (previous: readonly Market[], next: readonly Market[]): Touched[] => {
  const known = new Map(previous.map((market) => [market._id, market]));
  const touched: Touched[] = [];
  for (const after of next) {
    const before = known.get(after._id);
    known.delete(after._id);
    if (before?.version !== after.version) touched.push({ before, after });
  }
  return [...touched, ...[...known.values()].map((before) => ({ before, after: undefined }))];
};

/** Attendance counts heads at events: without the date of the event, or off the offer, there is nothing to count. */
const isAttended = (market: Market | undefined): boolean =>
  market?.status === 'ACTIVE' && market.date?.event !== undefined;

/** A thousand markets have to fit into a message, and names are long. */
const withoutName = ({ name: _name, ...market }: MarketView): Omit<MarketView, 'name'> => market;

const attendanceOf = (touched: readonly Touched[], campaignId: string): JsonObject | undefined => {
  const attended = touched.flatMap(({ after }) =>
    after !== undefined && isAttended(after) ? [withoutName(toMarketView(after))] : [],
  );
  const withdrawn = touched.flatMap(({ before, after }) =>
    before !== undefined && isAttended(before) && !isAttended(after) ? [before._id] : [],
  );
  if (attended.length === 0 && withdrawn.length === 0) return undefined;
  return { campaignId, markets: attended as unknown as JsonObject[], withdrawn };
};

const isOver = ({ status }: Campaign): boolean => status === 'INACTIVE';
const SELECTING = ['status', 'selectionRules'] as const;

/**
 * Markets whose written fields decide differently about who is selected; a removed one selects nobody. The end of a campaign closes the
 * selections of all its markets.
 */
const selectionsOf = (
  touched: readonly Touched[],
  { previous, next }: Pick<PublicationsOptions, 'previous' | 'next'>,
): JsonObject | undefined => {
  const campaignId = next.campaign._id;
  const nowEnds = previous !== undefined && isOver(previous.campaign) !== isOver(next.campaign);
  const changed = touched.flatMap(({ before, after }) => {
    if (after === undefined) return [];
    if (before !== undefined && SELECTING.every((name) => isDeepStrictEqual(before[name], after[name]))) return [];
    return [after];
  });
  const markets = (nowEnds ? next.markets.filter(({ selectionRules }) => selectionRules !== undefined) : changed).map(
    ({ _id: marketId, eventId, version: marketVersion }) => ({ marketId, eventId, marketVersion }),
  );
  return markets.length === 0 ? undefined : { campaignId, markets };
};

const surrogateKeys = (id: string, sites: readonly (string | undefined)[]): string[] => [
  `campaign/${id}`,
  ...new Set(sites.filter((site) => site !== undefined).map((site) => `site/${site}`)),
];

/**
 * Who has to be told what of a change. The stream and the pipeline get the whole snapshot, attendance and selection the markets that
 * concern them, and the network the pages of the old and the new site.
 */
export const publicationsOf = ({ type, previous, next, market }: PublicationsOptions): Publication[] => {
  const { campaign, markets } = next;
  const snapshot =
    market === undefined
      ? {
          type,
          data: fitSnapshot(toCampaignView(campaign, markets) as unknown as JsonObject),
          dataschema: CAMPAIGN_SCHEMA,
        }
      : { type, data: toMarketView(market) as unknown as JsonObject, dataschema: MARKET_SCHEMA };
  const touched = touchedMarkets(previous?.markets ?? [], markets);
  const attendance = attendanceOf(touched, campaign._id);
  const selections = selectionsOf(touched, { previous, next });
  const keys = surrogateKeys(campaign._id, [previous?.campaign.domain.site, campaign.domain.site]);
  return [
    { destination: 'campaignDataStream', ...snapshot },
    { destination: 'dataPipelineQueue', ...snapshot },
    ...(attendance === undefined ? [] : [{ destination: 'attendanceQueue' as const, type, data: attendance }]),
    ...(selections === undefined ? [] : [{ destination: 'refreshSelectionsQueue' as const, type, data: selections }]),
    { destination: 'fastly', type, data: { keys } },
  ];
};

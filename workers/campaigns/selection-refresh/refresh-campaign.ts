import type { Campaign, Market, Selection, SelectionAnswer, SelectionRules } from '@verifiedfan/campaign-client';
import { mapParallel } from '@verifiedfan/map-utils';
import type { Clock, Table } from '@verifiedfan/ports';
import type { WorkerLog } from '@verifiedfan/worker';
import { StaleSelectionError } from './errors.ts';
import { readProfiles } from './read-profiles.ts';
import { sameSelection, selectionOf } from './selection.ts';

/** A selection goes stale when somebody changes the market while it is computed; that rarely happens twice. */
const MAX_ROUNDS = 5;
const CONCURRENT_WRITES = 8;

export type MarketOutcome = 'applied' | 'unchanged' | 'missing' | 'failed';

export type RefreshResult =
  | { outcome: 'missing' | 'skipped' | 'refreshed' }
  /** The scores are moving: to be computed again when they rest; `seen` is how far they were. */
  | { outcome: 'moving'; seen: number };

export type RefreshOptions = {
  campaignId: string;
  /** The rows may be read at any version (undefined), or only if the scores have not moved since this one. */
  seen: number | undefined;
  table: Table;
  find(campaignId: string): Promise<Campaign | undefined>;
  putSelection(campaignId: string, marketId: string, selection: Selection): Promise<SelectionAnswer | undefined>;
  clock: Clock;
  log: WorkerLog;
  signal: AbortSignal;
  /** What became of each market with rules, by its id; those of a campaign that fails included. */
  markets: Map<string, MarketOutcome>;
  /** Told how many rows were read, each time that rows are read. */
  scanned(rows: number): void;
};

type Selecting = Market & { selectionRules: SelectionRules };
const isSelecting = (market: Market): market is Selecting => market.selectionRules !== undefined;

/** Brings the selections of a campaign up to its markets and scores. Throws what the ports throw, and when others keep changing the campaign. */
export const refreshCampaign = async (options: RefreshOptions): Promise<RefreshResult> => {
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const result = await refreshOnce(options);
    if (result !== undefined) return result;
  }
  throw new StaleSelectionError();
};

/** Undefined when the campaign has moved on, so that it has to be read again. */
const refreshOnce = async (options: RefreshOptions): Promise<RefreshResult | undefined> => {
  const { campaignId, table, find, seen, markets, scanned, signal } = options;
  const campaign = await find(campaignId);
  if (campaign === undefined) return { outcome: 'missing' };
  const selecting = campaign.markets.filter(isSelecting);
  // Most campaigns select nobody by rules: nothing else is read for them.
  if (selecting.length === 0) return { outcome: 'skipped' };
  for (const { _id } of selecting) if (!markets.has(_id)) markets.set(_id, 'failed');
  const read = await readProfiles({
    table,
    campaignId,
    wanted: selecting.map(({ eventId }) => eventId),
    eventIds: campaign.markets.map(({ eventId }) => eventId),
    mayScan: (version) => seen === undefined || version === seen,
    signal,
  });
  if (read.outcome === 'not_now') {
    for (const { _id } of selecting) markets.delete(_id);
    return { outcome: 'moving', seen: read.scoresVersion };
  }
  if (read.rows !== undefined) scanned(read.rows);
  const computedAt = new Date(options.clock.now()).toISOString();
  const outcomes = await mapParallel(
    selecting,
    async (market) => {
      const profile = read.profiles.get(market.eventId);
      if (profile === undefined) return 'stale';
      const { selectionRules: rules } = market;
      const { scoresVersion } = read;
      const selection = selectionOf({ campaign, market, rules, profile, scoresVersion, computedAt });
      return write(options, { campaign, market, selection });
    },
    { concurrency: CONCURRENT_WRITES },
  );
  if (outcomes.includes('stale')) return undefined;
  return read.moved === undefined ? { outcome: 'refreshed' } : { outcome: 'moving', seen: read.moved };
};

type Computed = { campaign: Campaign; market: Selecting; selection: Selection };

const write = async (
  { campaignId, putSelection, markets, log }: RefreshOptions,
  { campaign, market, selection }: Computed,
): Promise<MarketOutcome | 'stale'> => {
  const answer = sameSelection(market.selection, selection)
    ? 'unchanged'
    : toOutcome(await putSelection(campaignId, market._id, selection));
  // With its inputs, so that everybody can compute it again.
  log[answer === 'unchanged' ? 'debug' : 'info']('selection computed', {
    campaignId,
    marketId: market._id,
    eventId: market.eventId,
    campaignStatus: campaign.status,
    marketStatus: market.status,
    rules: market.selectionRules,
    selection,
    answer,
  });
  // What was applied before another market made this campaign go round again stays applied.
  if (answer !== 'stale' && !(answer === 'unchanged' && markets.get(market._id) === 'applied'))
    markets.set(market._id, answer);
  return answer;
};

const toOutcome = (answer: SelectionAnswer | undefined): MarketOutcome | 'stale' => {
  if (answer === undefined) return 'missing';
  return answer.applied ? 'applied' : answer.reason;
};

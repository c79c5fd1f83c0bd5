import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Clock } from '@verifiedfan/ports';
import type { ValidationDetail } from '@verifiedfan/schema';
import type { ServiceLog } from '@verifiedfan/service';
import type { Campaign, Market } from '../campaigns/campaign.ts';
import type { CampaignChange, CampaignDatastore } from '../campaigns/datastore.ts';
import { publicationsOf } from '../campaigns/publications.ts';
import { CampaignError } from '../errors.ts';
import { dueFilter, dueSort, expectedFor, isDue } from './due.ts';
import { tellLinked } from './tell-linked.ts';
import { applyTransition, TIMED, type TimedTransition } from './transitions.ts';

/** A campaign that stayed behind, and why. */
export type RefreshDetail = {
  campaignId: string;
  outcome: 'blocked' | 'failed';
  reasons: ValidationDetail[];
};

/** How many campaigns went which way, and the first hundred that stayed behind. */
export type RefreshResult = {
  opened: number;
  closed: number;
  inactivated: number;
  /** It is time, and something that has to be there is not. */
  blocked: number;
  /** Broken in itself, or changed by others all the time: the next refresh tries again. */
  failed: number;
  details: RefreshDetail[];
};

export type RefreshOptions = {
  datastore: Pick<CampaignDatastore, 'find' | 'findMarkets' | 'saveAll' | 'announce'>;
  clock: Clock;
  log: Pick<ServiceLog, 'info' | 'warn'>;
};

const PAGE = 250;
/** Campaigns of one transaction. */
const TOGETHER = 50;
const MAX_ATTEMPTS = 5;
const MAX_DETAILS = 100;
/** After so many failures in a row that may pass it is the database, not the campaigns. */
const FAILURES_OF_DATABASE = 10;

const isRetryable = (error: unknown): boolean =>
  error instanceof Error && 'retryable' in error && error.retryable === true;
const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'unexpected';

/** One refresh: it knows what it has done so far. */
type Run = { result: RefreshResult; nowMs: number; failuresInARow: number };

export const createRefresh = ({ datastore, clock, log }: RefreshOptions): (() => Promise<RefreshResult>) => {
  const note = ({ result }: Run, detail: RefreshDetail): void => {
    result[detail.outcome] += 1;
    if (result.details.length < MAX_DETAILS) result.details.push(detail);
  };

  const fail = (run: Run, campaignId: string, error: unknown): void => {
    if (isRetryable(error)) run.failuresInARow += 1;
    if (run.failuresInARow >= FAILURES_OF_DATABASE) throw error;
    log.warn('a campaign cannot be refreshed', { campaignId, error });
    const message = 'Could not be changed; the next refresh tries again';
    note(run, { campaignId, outcome: 'failed', reasons: [{ pointer: '', rule: codeOf(error), message }] });
  };

  const changeOf = (
    transition: TimedTransition,
    campaign: Campaign,
    { markets, nowMs }: { markets: readonly Market[]; nowMs: number },
  ): CampaignChange => {
    const next = applyTransition(transition, campaign, new Date(nowMs).toISOString());
    const { type } = transition;
    return {
      previous: campaign,
      next,
      publications: publicationsOf({ type, previous: { campaign, markets }, next: { campaign: next, markets } }),
      expected: expectedFor(transition, campaign),
    };
  };

  const changesOf = async (transition: TimedTransition, campaigns: readonly Campaign[], nowMs: number) => {
    const markets = await datastore.findMarkets(campaigns.map(({ _id }) => _id));
    const changes = campaigns.map((campaign) =>
      changeOf(transition, campaign, { markets: markets.get(campaign._id) ?? [], nowMs }),
    );
    return [...changes, ...(await tellLinked(datastore, campaigns))];
  };

  /** As they are stored now, without those that somebody else has taken further. */
  const stillDue = async (transition: TimedTransition, campaigns: readonly Campaign[], nowMs: number) => {
    const filter = { _id: { $in: campaigns.map(({ _id }) => _id) } };
    const stored = await datastore.find({ filter, limit: campaigns.length });
    return stored.filter((campaign) => isDue(transition, campaign, nowMs));
  };

  /**
   * Takes campaigns further, all in one transaction; when that does not go, each half alone, down to the one that is broken, or that somebody
   * else was faster with. Whoever writes first is the only one whose events exist.
   */
  const advance = async (
    transition: TimedTransition,
    campaigns: readonly Campaign[],
    { run, attempt = 1 }: { run: Run; attempt?: number },
  ): Promise<void> => {
    const [first] = campaigns;
    if (first === undefined) return;
    try {
      if ((await datastore.saveAll(await changesOf(transition, campaigns, run.nowMs))) === 'saved') {
        run.result[transition.name] += campaigns.length;
        run.failuresInARow = 0;
        return;
      }
    } catch (error) {
      // Who met others looks first whether they have done it.
      if (campaigns.length === 1 && codeOf(error) !== 'conflict') return fail(run, first._id, error);
    }
    const due = await stillDue(transition, campaigns, run.nowMs);
    if (due.length === 1 && campaigns.length === 1) {
      if (attempt >= MAX_ATTEMPTS) return fail(run, first._id, new CampaignError('CONTENTION'));
      return advance(transition, due, { run, attempt: attempt + 1 });
    }
    const middle = Math.ceil(due.length / 2);
    await advance(transition, due.slice(0, middle), { run });
    await advance(transition, due.slice(middle), { run });
  };

  /** The campaigns that nothing keeps from going on. */
  const unblocked = (transition: TimedTransition, campaigns: readonly Campaign[], run: Run): Campaign[] =>
    campaigns.filter((campaign) => {
      const reasons = transition.blockedBy(campaign);
      if (reasons.length > 0) note(run, { campaignId: campaign._id, outcome: 'blocked', reasons });
      return reasons.length === 0;
    });

  const advanceAll = async (transition: TimedTransition, run: Run): Promise<void> => {
    let after: Campaign | undefined;
    for (;;) {
      const filter = dueFilter(transition, run.nowMs, after);
      const page = await datastore.find({ filter, sort: dueSort(transition), limit: PAGE });
      after = page.at(-1);
      if (after === undefined) return;
      const ready = unblocked(transition, page, run);
      for (let start = 0; start < ready.length; start += TOGETHER) {
        await advance(transition, ready.slice(start, start + TOGETHER), { run });
        // Requests of people get their turn in between.
        await nextTurn();
      }
    }
  };

  return async () => {
    const result: RefreshResult = { opened: 0, closed: 0, inactivated: 0, blocked: 0, failed: 0, details: [] };
    const run: Run = { result, nowMs: clock.now(), failuresInARow: 0 };
    try {
      for (const transition of TIMED) await advanceAll(transition, run);
    } finally {
      datastore.announce();
    }
    const { details: _details, ...counts } = result;
    if (result.opened + result.closed + result.inactivated + result.failed > 0) log.info('campaigns refreshed', counts);
    return result;
  };
};

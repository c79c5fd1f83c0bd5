import type { Clock, Table } from '@verifiedfan/ports';
import type { LookupResult, PostResult, Slack } from '@verifiedfan/slack';
import { readCounts, toError } from '@verifiedfan/worker';
import { COUNT_NAMES, type Counts, sameCounts } from '../domain/counts.ts';
import type { ClaimResult, SlackClaim, SlackClaims, SlackState } from './slack-claim.ts';

/** Without a platform that knows, counts that did not change for this long are settled. */
export const QUIET_MS = 30_000;

/** How often, and how long each time, in milliseconds, to wait for another reporter. */
const BUSY_WAITS = 20;
const BUSY_WAIT_MS = 100;

/** What an earlier check of the same campaign saw. */
export type Seen = { counts: Counts; sinceMs: number };

export type CheckResult =
  | { outcome: 'posted'; counts: Counts }
  /** The counts equal the last post. */
  | { outcome: 'bypassed' }
  /** The counts may still change, or somebody else is posting: look again later. */
  | { outcome: 'later'; seen: Seen }
  /** Slack refused, or its answer is unknown and cannot be looked up. */
  | { outcome: 'failed'; error: Error; retry: boolean };

export type CheckOptions = {
  campaignId: string;
  seen: Seen | undefined;
  settled: 'drained' | 'busy' | 'unknown';
  table: Table;
  claims: SlackClaims;
  slack: Slack;
  channel: string;
  clock: Clock;
  /** The campaign's name for the post. */
  nameOf(campaignId: string): Promise<string>;
};

/** Posts the counts of one campaign when they are settled and differ from the last post. */
export const checkCampaign = async (options: CheckOptions): Promise<CheckResult> => {
  const { campaignId, table, seen, settled, clock } = options;
  const counts = await readCounts({ table, campaignId, sums: COUNT_NAMES });
  const nowMs = clock.now();
  const sinceMs = seen !== undefined && sameCounts(seen.counts, counts) ? seen.sinceMs : nowMs;
  const quiet = settled === 'drained' || (settled === 'unknown' && nowMs - sinceMs >= QUIET_MS);
  if (!quiet) return { outcome: 'later', seen: { counts, sinceMs } };
  const result = await claimPatiently(options, counts);
  if (result.outcome === 'same') return { outcome: 'bypassed' };
  if (result.outcome === 'busy') return { outcome: 'later', seen: { counts, sinceMs } };
  if (result.outcome === 'claimed') return post(options, result.claim);
  return resolveLeftBehind(options, result.left, counts);
};

/** Another reporter that is posting is done in a moment; that is sooner than to come back. */
const claimPatiently = async ({ claims, campaignId, clock }: CheckOptions, counts: Counts): Promise<ClaimResult> => {
  let result = await claims.claim(campaignId, counts);
  for (let waits = 0; result.outcome === 'busy' && waits < BUSY_WAITS; waits += 1) {
    await clock.sleep(BUSY_WAIT_MS);
    result = await claims.claim(campaignId, counts);
  }
  return result;
};

/** Somebody died between claim and answer: a post that arrived is written down, and is not repeated. */
const resolveLeftBehind = async (options: CheckOptions, left: SlackState, counts: Counts): Promise<CheckResult> => {
  const { campaignId, claims } = options;
  const found = await lookup(options, left);
  if (found.outcome !== 'absent') {
    await claims.resolve(campaignId, left, found.outcome);
    return checkCampaign(options);
  }
  const taken = await claims.takeOver(campaignId, counts, left);
  return taken.outcome === 'claimed'
    ? post(options, taken.claim)
    : { outcome: 'later', seen: { counts, sinceMs: options.clock.now() } };
};

const post = async (options: CheckOptions, claim: SlackClaim): Promise<CheckResult> => {
  const { campaignId, claims, slack, channel, nameOf } = options;
  let sent: PostResult;
  try {
    const message = messageOf(await nameOf(campaignId), campaignId, claim.counts);
    sent = await slack.post({ id: claim.postId, channel, ...message });
  } catch (thrown) {
    // Whatever was thrown up to here, nothing was posted; behind this line only a look-up may tell.
    const error = toError(thrown);
    await claims.release(campaignId, claim);
    return { outcome: 'failed', error, retry: !('retryable' in error) || error.retryable !== false };
  }
  const { outcome } = sent.outcome === 'posted' ? sent : await lookup(options, claim);
  // Slack may show a post only a moment later: the claim stays, and is looked up again when its lease has ended.
  if (outcome === 'absent') return { outcome: 'later', seen: { counts: claim.counts, sinceMs: claim.sinceMs } };
  await claims.resolve(campaignId, claim, outcome);
  return outcome === 'posted'
    ? { outcome: 'posted', counts: claim.counts }
    : { outcome: 'failed', error: new Error('the outcome of the post is unknown'), retry: false };
};

/** A webhook cannot be asked: then the outcome stays unknown. */
const lookup = async ({ slack, channel }: CheckOptions, { postId, sinceMs }: SlackClaim): Promise<LookupResult> =>
  slack.canLookup ? slack.lookup({ id: postId, channel, sinceMs }) : { outcome: 'unknown' };

const messageOf = (name: string, campaignId: string, counts: Counts) => ({
  text: `Verdicts ready: ${name}`,
  attachments: [
    {
      color: 'good',
      fallback: COUNT_NAMES.map((count) => `${count} ${counts[count]}`).join(', '),
      title: `Campaign ${campaignId}`,
      fields: COUNT_NAMES.map((count) => ({ title: count, value: String(counts[count]), short: true })),
    },
  ],
});

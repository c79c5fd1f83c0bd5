import { createHash } from 'node:crypto';
import type { Clock, Condition, Item, Table } from '@verifiedfan/ports';
import { type Counts, sameCounts } from '../domain/counts.ts';
import { slackCountsKey } from '../domain/keys.ts';

/** A claim that was not resolved within this time belongs to a process that died. */
const LEASE_MS = 60_000;

/**
 * The row `meta:slack:counts` of a campaign. `posting`: somebody is posting, or died while posting. `unknown`: a post whose outcome could
 * not be found out; it is not repeated until the counts change.
 */
export type SlackState = {
  counts: Counts;
  state: 'posting' | 'posted' | 'unknown';
  postId: string;
  attempt: number;
  /** When the claim was made: its post cannot be older. */
  sinceMs: number;
  leaseUntilMs: number;
};

export type SlackClaim = Pick<SlackState, 'postId' | 'attempt' | 'counts' | 'sinceMs'>;

export type ClaimResult =
  | { outcome: 'claimed'; claim: SlackClaim }
  /** Equal counts were posted, or may have been. */
  | { outcome: 'same' }
  /** Another process is posting right now. */
  | { outcome: 'busy' }
  /** A process died while posting: find out whether its post arrived, then `takeOver`. */
  | { outcome: 'left_behind'; left: SlackState };

/** Claims, resolves and remembers the Slack post of a campaign, one row each, by conditional writes alone. */
export const createSlackClaims = ({ table, clock }: { table: Table; clock: Clock }) => {
  const read = async (campaignId: string): Promise<SlackState | undefined> => {
    const item = await table.get(slackCountsKey(campaignId));
    return item === undefined ? undefined : stateOf(item);
  };

  const write = async (campaignId: string, state: SlackState, condition: Condition): Promise<boolean> => {
    const [result] = await table.updateMany([{ update: slackCountsKey(campaignId), set: { ...state }, condition }]);
    if (result?.outcome === 'failed') throw result.error;
    return result?.outcome === 'applied';
  };

  const take = async (campaignId: string, counts: Counts, before: SlackState | undefined): Promise<ClaimResult> => {
    const attempt = (before?.attempt ?? 0) + 1;
    const postId = createHash('sha256')
      .update(`${campaignId}\n${attempt}\n${JSON.stringify(counts)}`)
      .digest('hex')
      .slice(0, 32);
    const sinceMs = clock.now();
    const state: SlackState = { counts, state: 'posting', postId, attempt, sinceMs, leaseUntilMs: sinceMs + LEASE_MS };
    const condition: Condition = before === undefined ? { absent: 'PK' } : { equals: ['attempt', before.attempt] };
    return (await write(campaignId, state, condition))
      ? { outcome: 'claimed', claim: { postId, attempt, counts, sinceMs } }
      : { outcome: 'busy' };
  };

  return {
    async claim(campaignId: string, counts: Counts): Promise<ClaimResult> {
      const before = await read(campaignId);
      if (before === undefined) return take(campaignId, counts, before);
      if (before.state === 'posting') {
        return before.leaseUntilMs > clock.now() ? { outcome: 'busy' } : { outcome: 'left_behind', left: before };
      }
      return sameCounts(before.counts, counts) ? { outcome: 'same' } : take(campaignId, counts, before);
    },
    takeOver: take,
    /** Writes down what became of a claim; false when another process has taken it over meanwhile. */
    resolve(
      campaignId: string,
      { attempt, postId, counts, sinceMs }: SlackClaim,
      state: 'posted' | 'unknown',
    ): Promise<boolean> {
      return write(
        campaignId,
        { counts, state, postId, attempt, sinceMs, leaseUntilMs: 0 },
        { equals: ['attempt', attempt] },
      );
    },
    /** Gives a claim back of which it is certain that nothing was posted. */
    async release(campaignId: string, { attempt }: SlackClaim): Promise<void> {
      await table.updateMany([
        {
          update: slackCountsKey(campaignId),
          set: { leaseUntilMs: 0, state: 'posting' },
          condition: { equals: ['attempt', attempt] },
        },
      ]);
    },
  };
};
export type SlackClaims = ReturnType<typeof createSlackClaims>;

const stateOf = ({ PK, SK, ...state }: Item): SlackState => state as unknown as SlackState;

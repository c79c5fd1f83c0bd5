import type { Item, JsonValue } from '@verifiedfan/ports';
import { type Claim, type ClaimOptions, claim, complete } from './claim.ts';

/** The state that the row ends in, and what else to write with it. */
export type Ending = { state: string; set?: Readonly<Record<string, JsonValue>> };

/** What the other side says about an attempt that ended without an answer. */
export type LookedUp =
  | ({ outcome: 'happened' } & Ending)
  | { outcome: 'did-not-happen' }
  /** It cannot be told yet: nothing is done now, and it is looked up again once this lease has run out. */
  | { outcome: 'unknown' };

export type PerformOnceOptions = ClaimOptions & {
  /**
   * Asks the other side whether an abandoned attempt had its effect, by the row's key or the attempt's number that went along
   * with it. Called before acting whenever an earlier attempt ended without an answer.
   */
  lookup(abandoned: { owner: string; attempt: number }, item: Item): Promise<LookedUp>;
  /**
   * Acts, once, and says how the row ends, a known failure included. Throwing means that the outcome is unknown: the claim then runs
   * out and the next attempt looks the outcome up. Pass the attempt or the key along as idempotency key where that is possible.
   */
  perform(claimed: Claim, item: Item | undefined): Promise<Ending>;
};

export type PerformResult =
  /** Acted now, or found that an earlier attempt had. */
  | { outcome: 'performed' | 'found'; state: string }
  /** Somebody else is at it, or an earlier attempt's outcome is not known yet: come back then. */
  | { outcome: 'held' | 'unknown'; retryAtMs: number }
  /** The row is not in a state to act on. */
  | { outcome: 'refused'; item: Item | undefined }
  /** Acted, but too slowly: another attempt has taken over and looks the outcome up. */
  | { outcome: 'lost' };

/**
 * Does something outside the table at most once as far as anyone can know: claims the row, looks up what an abandoned attempt did, acts only
 * if it did nothing, and writes the result under the claim. A crash at any step leaves a claim that runs out.
 */
export const performOnce = async (options: PerformOnceOptions): Promise<PerformResult> => {
  const claimed = await claim(options);
  if (claimed.outcome === 'refused') return claimed;
  if (claimed.outcome === 'held') return { outcome: 'held', retryAtMs: claimed.untilMs };
  const { abandoned, item } = claimed;
  const { table } = options;
  if (abandoned !== undefined && item !== undefined) {
    const found = await options.lookup(abandoned, item);
    if (found.outcome === 'unknown') return { outcome: 'unknown', retryAtMs: claimed.claim.leaseUntilMs };
    if (found.outcome === 'happened') {
      const { state, set = {} } = found;
      return settled('found', state, await complete({ table, claim: claimed.claim, state, set }));
    }
  }
  const { state, set = {} } = await options.perform(claimed.claim, item);
  return settled('performed', state, await complete({ table, claim: claimed.claim, state, set }));
};

const settled = (outcome: 'performed' | 'found', state: string, ended: 'settled' | 'lost'): PerformResult =>
  ended === 'lost' ? { outcome: 'lost' } : { outcome, state };

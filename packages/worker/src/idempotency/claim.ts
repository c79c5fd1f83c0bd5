import type { ActionResult, Clock, Condition, Item, JsonValue, Key, Scalar, Table, Update } from '@verifiedfan/ports';
import { asError, IdempotencyError } from './errors.ts';

/**
 * The claim with a lease: of all who want to act on a row, one may, until its lease runs out. The row says who holds it, for how long, and
 * which attempt this is. An attempt that ran out can be taken over under the next number; whatever the earlier holder still
 * writes is refused then, because every later step asks for its own number (the fencing token).
 *
 * Leases compare one machine's clock with another's, so `leaseMs` must be well above the difference between them.
 */
export type Claim = {
  key: Key;
  owner: string;
  /** 1 for the first attempt on this row, then rising: the fencing token. */
  attempt: number;
  leaseUntilMs: number;
  /** The state that the row has while it is claimed. */
  state: string;
  stateAttribute: string;
};

export type ClaimResult =
  | {
      outcome: 'claimed';
      claim: Claim;
      /** The row before the claim; undefined when there was none. */
      item: Item | undefined;
      /**
       * An attempt that has not said what it did: one that ran out, or one's own when the same owner claims again. Look up its
       * outcome before acting, see `performOnce`.
       */
      abandoned?: { owner: string; attempt: number };
    }
  /** Somebody else is at it. */
  | { outcome: 'held'; owner: string; untilMs: number }
  /** The row is in none of the states in `from`, or there is no row. */
  | { outcome: 'refused'; item: Item | undefined };

export type ClaimOptions = {
  table: Table;
  key: Key;
  /** Unique to this handling, not only to the process: whoever gives the same owner again is given the same claim again. */
  owner: string;
  leaseMs: number;
  clock: Clock;
  /** The states that a row can be claimed in. */
  from: readonly string[];
  /** The state while claimed. */
  to: string;
  /** Also claims a row that does not exist, or has no state. @default false */
  orAbsent?: boolean;
  /** @default 'state' */
  stateAttribute?: string;
};

const single = async (table: Table, action: Update): Promise<Exclude<ActionResult, { outcome: 'failed' }>> => {
  const [result] = await table.updateMany([action]);
  if (result === undefined || result.outcome === 'failed') throw asError(result?.error);
  return result;
};

const numberOf = (value: JsonValue | undefined): number => (typeof value === 'number' ? value : 0);
const textOf = (value: JsonValue | undefined): string => (typeof value === 'string' ? value : '');

const claimable = ({ from, to, orAbsent = false }: ClaimOptions, stateAttribute: string, now: number): Condition => {
  const any: Condition[] = [
    { all: [{ equals: [stateAttribute, to] }, { lessOrEqual: ['leaseUntilMs', now] }] },
    ...from.map((state): Condition => ({ equals: [stateAttribute, state] })),
  ];
  if (orAbsent) any.push({ absent: stateAttribute });
  return { any };
};

/**
 * Claims a row, or says why not. Throws what the table throws; then the row may be claimed under an unknown answer, and calling again with
 * the same owner gives that claim.
 */
export const claim = async (options: ClaimOptions): Promise<ClaimResult> => {
  const { table, key, owner, leaseMs, clock, from, to, stateAttribute = 'state' } = options;
  if (from.includes(to)) throw new IdempotencyError('misuse', 'a claimed row needs a state of its own');
  const now = clock.now();
  const leaseUntilMs = now + leaseMs;
  const result = await single(table, {
    update: key,
    set: { [stateAttribute]: to, leaseOwner: owner, leaseUntilMs },
    add: { leaseAttempt: 1 },
    condition: claimable(options, stateAttribute, now),
  });
  if (result.outcome === 'applied') {
    const { old } = result;
    const attempt = numberOf(old?.leaseAttempt) + 1;
    const claimed: Claim = { key, owner, attempt, leaseUntilMs, state: to, stateAttribute };
    if (old?.[stateAttribute] !== to) return { outcome: 'claimed', claim: claimed, item: old };
    const abandoned = { owner: textOf(old.leaseOwner), attempt: attempt - 1 };
    return { outcome: 'claimed', claim: claimed, item: old, abandoned };
  }
  const { item } = result;
  if (item?.[stateAttribute] !== to) return { outcome: 'refused', item };
  const held = { owner: textOf(item.leaseOwner), untilMs: numberOf(item.leaseUntilMs) };
  if (held.owner !== owner) return { outcome: 'held', ...held };
  const attempt = numberOf(item.leaseAttempt);
  const mine: Claim = { key, owner, attempt, leaseUntilMs: held.untilMs, state: to, stateAttribute };
  return { outcome: 'claimed', claim: mine, item, abandoned: { owner, attempt } };
};

/** Holds while nobody has taken the claim over, even when its lease has run out. For conditions of one's own transactions. */
export const stillClaimed = ({ owner, attempt, state, stateAttribute }: Claim): Condition => {
  const equal = ([attribute, value]: readonly [string, Scalar]): Condition => ({ equals: [attribute, value] });
  const expected = [
    [stateAttribute, state],
    ['leaseOwner', owner],
    ['leaseAttempt', attempt],
  ] as const;
  return { all: expected.map(equal) };
};

export type ClaimedOptions = { table: Table; claim: Claim };

/** Makes the lease run for `leaseMs` from now. Undefined: the claim was taken over, stop at once. */
export const renew = async ({
  table,
  claim: held,
  leaseMs,
  clock,
}: ClaimedOptions & { leaseMs: number; clock: Clock }): Promise<Claim | undefined> => {
  const leaseUntilMs = clock.now() + leaseMs;
  const result = await single(table, { update: held.key, set: { leaseUntilMs }, condition: stillClaimed(held) });
  return result.outcome === 'applied' ? { ...held, leaseUntilMs } : undefined;
};

export type SettleOptions = ClaimedOptions & {
  /** The state that the row moves to. */
  state: string;
  /** Other attributes to set in the same step. */
  set?: Readonly<Record<string, JsonValue>>;
};

/**
 * Ends the claim with a result. `lost`: the claim was taken over and nothing was written. Calling again after an answer was lost says
 * `settled` too, because the row keeps owner and attempt.
 */
export const complete = async ({ table, claim: held, state, set = {} }: SettleOptions): Promise<'settled' | 'lost'> => {
  if (state === held.state) throw new IdempotencyError('misuse', 'a claim ends in another state than the claimed one');
  const { stateAttribute, owner, attempt } = held;
  const result = await single(table, {
    update: held.key,
    set: { ...set, [stateAttribute]: state },
    remove: ['leaseUntilMs'],
    condition: stillClaimed(held),
  });
  if (result.outcome === 'applied') return 'settled';
  const { item } = result;
  const mine = item?.leaseOwner === owner && item.leaseAttempt === attempt && item[stateAttribute] === state;
  return mine ? 'settled' : 'lost';
};

/** Gives a claim back without having acted, so that it can be claimed again at once: `state` is one of the states in `from`. */
export const release = (options: SettleOptions): Promise<'settled' | 'lost'> => complete(options);

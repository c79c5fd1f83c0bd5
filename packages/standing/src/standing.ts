import { isDeepStrictEqual } from 'node:util';

/**
 * Words. A *file* is a key that score files are uploaded under; a *load* is one upload of it, numbered once and for good; a *claim* is
 * what the current load of one file says about a key (a member, an identifier, an entry); the *holder* is the claim that counts.
 */
export type Claim<Content> = {
  /** The file's id: the same for every upload of one key. */
  file: string;
  /** The number of the upload. A higher number of the same file replaces a lower one, whatever it says. */
  load: number;
  /** The physical line in the file. */
  line: number;
  /** When the row was scored, in milliseconds since 1970. */
  scoredAtMs: number;
  /** What the claim says, as JSON. */
  content: Content;
};

/** All current claims on one key: at most one per file. `others` are hidden behind the holder and come back when it goes. */
export type Standing<Content> = { holder: Claim<Content>; others: readonly Claim<Content>[] };

export type SettleEffect =
  /** The first claim on this key. */
  | 'created'
  /** What counts is different now. */
  | 'updated'
  /** What counts is the same, but under another version: store it, so that what is older stays shut out. */
  | 'moved'
  /** The claim is kept behind the holder; what counts did not change. */
  | 'hidden'
  /** A repetition, or older than what the same file already says: nothing to store. */
  | 'unchanged';

/** Orders the claims of different files: by time of scoring, then load number, then line. */
export const compareClaims = (a: Claim<unknown>, b: Claim<unknown>): number =>
  a.scoredAtMs - b.scoredAtMs || a.load - b.load || a.line - b.line;

/** Whether `next` replaces `previous`, both of one file: a later upload always does, inside one upload the newest row does. */
const replaces = (next: Claim<unknown>, previous: Claim<unknown>): boolean =>
  next.load === previous.load ? compareClaims(next, previous) > 0 : next.load > previous.load;

const claimsOf = <Content>(standing: Standing<Content>): Claim<Content>[] => [standing.holder, ...standing.others];

const standingOf = <Content>(claims: readonly Claim<Content>[]): Standing<Content> | undefined => {
  const [first, ...rest] = claims;
  if (first === undefined) return undefined;
  const holder = rest.reduce((best, claim) => (compareClaims(claim, best) > 0 ? claim : best), first);
  return { holder, others: claims.filter((claim) => claim !== holder) };
};

/**
 * Puts one claim into the standing of its key. The result is the same for every order and any repetition of the same claims, which is
 * why workers can apply it to streams that repeat and reorder.
 */
export const settle = <Content>(
  standing: Standing<Content> | undefined,
  claim: Claim<Content>,
): { standing: Standing<Content>; effect: SettleEffect } => {
  if (standing === undefined) return { standing: { holder: claim, others: [] }, effect: 'created' };
  const previous = claimsOf(standing).find(({ file }) => file === claim.file);
  if (previous !== undefined && !replaces(claim, previous)) return { standing, effect: 'unchanged' };
  const next = standingOf([claim, ...claimsOf(standing).filter((other) => other !== previous)]);
  if (next === undefined) throw new TypeError('A standing with a claim cannot be empty');
  if (next.holder === standing.holder) return { standing: next, effect: 'hidden' };
  const same = isDeepStrictEqual(next.holder.content, standing.holder.content);
  return { standing: next, effect: same ? 'moved' : 'updated' };
};

export type WithdrawEffect =
  /** It was the only claim: the key is free. */
  | 'removed'
  /** It was the holder: the next one counts now. */
  | 'uncovered'
  /** It was hidden: what counts did not change. */
  | 'dropped'
  /** The file has no claim here below that load. */
  | 'none';

/** Takes back what uploads of `file` before number `belowLoad` said about a key. Repeating it changes nothing. */
export const withdraw = <Content>(
  standing: Standing<Content> | undefined,
  { file, belowLoad }: { file: string; belowLoad: number },
): { standing: Standing<Content> | undefined; effect: WithdrawEffect } => {
  const claim = standing && claimsOf(standing).find((each) => each.file === file && each.load < belowLoad);
  if (standing === undefined || claim === undefined) return { standing, effect: 'none' };
  if (claim !== standing.holder) {
    return { standing: { ...standing, others: standing.others.filter((other) => other !== claim) }, effect: 'dropped' };
  }
  const next = standingOf(standing.others);
  return { standing: next, effect: next === undefined ? 'removed' : 'uncovered' };
};

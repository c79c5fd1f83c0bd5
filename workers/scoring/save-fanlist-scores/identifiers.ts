import type { WorkerRecord } from '@verifiedfan/worker';
import { fanlistKey, type IdentifierKind } from '../domain/keys.ts';
import type { ScoreInput, WithdrawalInput } from '../domain/read-records.ts';
import type { RowChange } from '../domain/settle-rows.ts';
import { claimOf, type ScoreClaim } from '../domain/standing-item.ts';

/** One identifier of one fan in one campaign. */
export type Identifier = { kind: IdentifierKind; identifier: string; campaignId: string; record: WorkerRecord };
export type IdentifierClaim = Identifier & { claim: ScoreClaim };

export const isClaim = (tag: Identifier): tag is IdentifierClaim => 'claim' in tag;

/** The identifiers that a record has: the member always, the others where they are known. */
const identifiersOf = ({ score, record }: ScoreInput): Identifier[] => {
  const { campaignId, memberId, sid, emailKey } = score;
  const identifiers: Identifier[] = [{ kind: 'fan', identifier: memberId, campaignId, record }];
  if (sid !== undefined) identifiers.push({ kind: 'sid', identifier: sid, campaignId, record });
  if (emailKey !== undefined) identifiers.push({ kind: 'email', identifier: emailKey, campaignId, record });
  return identifiers;
};

/** Of several rows of one load that name the same identifier the newest stays; the others are duplicates. */
export const claimIdentifiers = (scores: readonly ScoreInput[]): { claims: IdentifierClaim[]; duplicates: number } => {
  const newest = new Map<string, IdentifierClaim>();
  let named = 0;
  for (const input of scores) {
    const claim = claimOf(input.score);
    for (const identifier of identifiersOf(input)) {
      named += 1;
      const name = `${identifier.kind}:${identifier.identifier} ${identifier.campaignId} ${claim.file} ${claim.load}`;
      const other = newest.get(name);
      if (other === undefined || isNewer(claim, other.claim)) newest.set(name, { ...identifier, claim });
    }
  }
  return { claims: [...newest.values()], duplicates: named - newest.size };
};

const isNewer = (claim: ScoreClaim, other: ScoreClaim): boolean =>
  claim.scoredAtMs > other.scoredAtMs || (claim.scoredAtMs === other.scoredAtMs && claim.line > other.line);

/** The identifiers that an upload does not name any more. */
export const withdrawIdentifiers = (withdrawals: readonly WithdrawalInput[]): RowChange<Identifier>[] =>
  withdrawals.flatMap(({ record, withdrawal }) => {
    const { campaignId, memberId, member, sid, emailKey, file, load } = withdrawal;
    const gone: Identifier[] = [];
    if (member) gone.push({ kind: 'fan', identifier: memberId, campaignId, record });
    if (sid !== undefined) gone.push({ kind: 'sid', identifier: sid, campaignId, record });
    if (emailKey !== undefined) gone.push({ kind: 'email', identifier: emailKey, campaignId, record });
    return gone.map((tag) => ({
      key: fanlistKey(tag.kind, tag.identifier, campaignId),
      tag,
      withdrawal: { file, belowLoad: load },
    }));
  });

import { createHash } from 'node:crypto';
import type { Key } from '@verifiedfan/ports';

/**
 * Every key of demandTable is made and read here. A campaign that expects more writes than one DynamoDB partition takes (1,000 a second)
 * is spread over several: `campaign:<id>#<n>`; callers do not notice.
 */
export type Spread = { partitions: number };
const ONE: Spread = { partitions: 1 };

const MEMBER = 'member:';

/** Campaign and member ids are of `A-Z a-z 0-9 . _ -`, so `:`, `#` and `/` can separate. */
export const campaignPartition = (campaignId: string, memberId?: string, { partitions } = ONE): string => {
  if (partitions === 1 || memberId === undefined) return `campaign:${campaignId}`;
  return `campaign:${campaignId}#${createHash('md5').update(memberId).digest().readUInt32BE(0) % partitions}`;
};

export const campaignPartitions = (campaignId: string, { partitions } = ONE): string[] =>
  partitions === 1
    ? [`campaign:${campaignId}`]
    : Array.from({ length: partitions }, (_, part) => `campaign:${campaignId}#${part}`);

export const memberKey = (campaignId: string, memberId: string, spread = ONE): Key => ({
  PK: campaignPartition(campaignId, memberId, spread),
  SK: `${MEMBER}${memberId}`,
});

/** The prefix of member rows, for queries and for the filter of processSavedScores. */
export const MEMBER_PREFIX = MEMBER;

export const idsOfMemberKey = ({ PK, SK }: Key): { campaignId: string; memberId: string } => ({
  campaignId: (PK.split('#')[0] ?? '').slice('campaign:'.length),
  memberId: SK.slice(MEMBER.length),
});

/** What a fan can be looked up by. An e-mail address is only ever a keyed hash. */
export const IDENTIFIER_KINDS = ['fan', 'sid', 'email'] as const;
export type IdentifierKind = (typeof IDENTIFIER_KINDS)[number];

export const fanlistKey = (kind: IdentifierKind, identifier: string, campaignId: string): Key => ({
  PK: `${kind}:${identifier}`,
  SK: `campaign:${campaignId}`,
});

export const slackCountsKey = (campaignId: string): Key => ({
  PK: campaignPartition(campaignId),
  SK: 'meta:slack:counts',
});

/** How the scores of those lie who want to see one event; see workers/campaigns/selection-refresh. */
export const profileKey = (campaignId: string, eventId: string): Key => ({
  PK: campaignPartition(campaignId),
  SK: `meta:profile:${eventId}`,
});

/** A file is a key that uploads share; its id stands in rows and records instead of the key, which may be long. */
export const fileIdOf = (bucket: string, key: string): string =>
  createHash('sha256').update(`${bucket}/${key}`).digest('hex').slice(0, 16);

export const fileKey = (file: string): Key => ({ PK: `file:${file}`, SK: 'meta:file' });
export const loadKey = (file: string, loadId: string): Key => ({ PK: `file:${file}`, SK: `meta:load:${loadId}` });
export const offerKey = (file: string, loadId: string, campaignId: string): Key => ({
  PK: `file:${file}`,
  SK: `meta:offer:${loadId}:${campaignId}`,
});
export const loadCounterKey: Key = { PK: 'meta:loads', SK: 'meta:counter' };

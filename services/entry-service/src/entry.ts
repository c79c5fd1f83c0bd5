import type { Document } from '@verifiedfan/ports';
import { parseIsoDateTime } from '@verifiedfan/schema';
import type { Claim, Standing } from '@verifiedfan/standing';

export const VERDICTS = ['selected', 'waitlisted', 'rejected', 'none'] as const;
export type Verdict = (typeof VERDICTS)[number];

/** What a score row says about a member. Absent fields are not known. */
export type ScoreContent = {
  /** Place of `events[0]` in the member's original list of preferences, from 0. */
  rank: number | null;
  /** What the campaign still offers of the member's preferences, best first. */
  events: string[];
  score: number;
  isVerified?: boolean;
  verdict: Verdict;
  modelVersion?: string;
};

/** A claim as it is stored: the content and which row of which upload it comes from. */
export type StoredClaim = ScoreContent & { scoredAt: string; file: string; load: number; line: number };

/** What the fan told us. E-mail and phone are personal data: they live here and nowhere else. */
export type Registration = {
  email?: string;
  phone?: string;
  globalUserId?: string;
  sid?: string;
  /** Event ids, best first. */
  preferences?: string[];
  locale?: string;
};

export type Entry = Document & {
  /** `<campaignId>:<memberId>`; neither grammar allows a colon. */
  _id: string;
  campaignId: string;
  memberId: string;
  /** Guards every write: it starts at a random number, so that an entry made anew is never taken for the one before it. */
  revision: number;
  registration?: Registration;
  registeredAt?: string;
  /** The row that holds. */
  scoring?: StoredClaim;
  /** Rows of other files that it hides; they come back when it is withdrawn. Left out when there are none. */
  hidden?: StoredClaim[];
};

export const entryId = (campaignId: string, memberId: string): string => `${campaignId}:${memberId}`;

const toClaim = ({ scoredAt, file, load, line, ...content }: StoredClaim): Claim<ScoreContent> => {
  const scoredAtMs = parseIsoDateTime(scoredAt);
  if (scoredAtMs === undefined) throw new TypeError('A stored score has no valid time');
  return { file, load, line, scoredAtMs, content };
};

const toStored = ({ file, load, line, scoredAtMs, content }: Claim<ScoreContent>): StoredClaim => ({
  ...content,
  scoredAt: new Date(scoredAtMs).toISOString(),
  file,
  load,
  line,
});

/** The standing of an entry; undefined when no file says anything about it. */
export const standingOf = (entry: Entry | undefined): Standing<ScoreContent> | undefined =>
  entry?.scoring === undefined
    ? undefined
    : { holder: toClaim(entry.scoring), others: (entry.hidden ?? []).map(toClaim) };

/** The fields of an entry that hold its standing. */
export const standingFields = (standing: Standing<ScoreContent> | undefined): Pick<Entry, 'scoring' | 'hidden'> => {
  if (standing === undefined) return {};
  const hidden = standing.others.map(toStored);
  return { scoring: toStored(standing.holder), ...(hidden.length === 0 ? {} : { hidden }) };
};

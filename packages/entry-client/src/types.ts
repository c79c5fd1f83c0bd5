/** A score row of a member, as POST /scoring takes it. */
export type EntryScore = {
  memberId: string;
  /** Place of `events[0]` in the member's original preferences, from 0. */
  rank: number | null;
  /** Event ids that the campaign still offers, best first; at most 1,000. */
  events: readonly string[];
  /** 0 to 1. */
  score: number;
  isVerified?: boolean | undefined;
  verdict: 'selected' | 'waitlisted' | 'rejected' | 'none';
  /** ISO 8601 with `Z` or an offset. */
  scoredAt: string;
  modelVersion?: string | undefined;
  /** The file, load and line that the row comes from: with `scoredAt` they decide which row holds. */
  file: string;
  load: number;
  line: number;
};

/** Takes back what uploads of `file` before number `load` said about the member. */
export type EntryWithdrawal = { memberId: string; file: string; load: number };

/** One campaign; at most 500 scores and withdrawals together. */
export type ScoringRequest = {
  campaignId: string;
  scores: readonly EntryScore[];
  withdrawals?: readonly EntryWithdrawal[] | undefined;
};

/** input = inserted + found; found = updated + unchanged. `withdrawn` counts claims that were taken back, apart from the others. */
export type ScoringAnswer = Record<'input' | 'found' | 'inserted' | 'updated' | 'unchanged' | 'withdrawn', number>;

export type Registration = {
  campaignId: string;
  memberId: string;
  email?: string | undefined;
  phone?: string | undefined;
  globalUserId?: string | undefined;
  sid?: string | undefined;
  preferences?: readonly string[] | undefined;
  locale?: string | undefined;
};

/** An entry as entry-service shows it; e-mail and phone only to tokens that may see them. */
export type Entry = {
  campaignId: string;
  memberId: string;
  registeredAt?: string;
  globalUserId?: string;
  sid?: string;
  preferences?: string[];
  locale?: string;
  email?: string;
  phone?: string;
  scoring?: Omit<EntryScore, 'memberId' | 'file' | 'load' | 'line'>;
};

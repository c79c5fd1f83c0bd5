import { parseIsoDateTime } from '@verifiedfan/schema';

export const VERDICTS = ['selected', 'waitlisted', 'rejected', 'none'] as const;
export type Verdict = (typeof VERDICTS)[number];

export const SCORE_COLUMNS = {
  required: ['campaignId', 'memberId', 'score', 'preferences', 'scoredAt'],
  optional: ['globalUserId', 'sid', 'email', 'phone', 'isVerified', 'verdict', 'modelVersion'],
} as const;
export type ScoreColumn = (typeof SCORE_COLUMNS.required)[number] | (typeof SCORE_COLUMNS.optional)[number];
export type ColumnIndexes = { [Name in ScoreColumn]: number | undefined };

/** One valid row of a score file. The phone number is checked and then let go: nothing behind the loader needs it. */
export type ScoreRow = {
  campaignId: string;
  memberId: string;
  globalUserId?: string;
  sid?: string;
  /** Lower case, trimmed. */
  email?: string;
  score: number;
  isVerified?: boolean;
  verdict: Verdict;
  preferences: string[];
  /** As it stands in the file. */
  scoredAt: string;
  scoredAtMs: number;
  modelVersion?: string;
};
export type ScoreRowFault = { column: ScoreColumn; reason: string };

export const MAX_MODEL_VERSION_LENGTH = 64;

const ID = /^[A-Za-z0-9._-]{1,128}$/;
/** Digits and an optional fraction; the range is checked on the number, so `1.000` and `0001` are 1. */
const SCORE = /^[0-9]+(?:\.[0-9]+)?$/;
const PHONE = /^\+[0-9]{8,15}$/;
const EMAIL = /^[^\s@]+@[^\s@]+$/;

/**
 * Reads one row by the grammar of score files. Reasons name the rule, never the value. The required columns are checked first, and the
 * first fault is reported.
 */
export const parseScoreRow = (fields: readonly string[], at: ColumnIndexes): ScoreRow | ScoreRowFault => {
  const text = (column: ScoreColumn): string => {
    const index = at[column];
    return index === undefined ? '' : (fields[index] ?? '');
  };
  const campaignId = text('campaignId');
  if (!ID.test(campaignId)) return { column: 'campaignId', reason: 'must be 1 to 128 of A-Z a-z 0-9 . _ -' };
  const memberId = text('memberId');
  if (!ID.test(memberId)) return { column: 'memberId', reason: 'must be 1 to 128 of A-Z a-z 0-9 . _ -' };
  const decimal = text('score');
  const score = Number(decimal);
  if (!SCORE.test(decimal) || score > 1)
    return { column: 'score', reason: 'must be a decimal from 0 to 1 without sign or exponent' };
  const scoredAt = text('scoredAt');
  const scoredAtMs = parseIsoDateTime(scoredAt);
  if (scoredAtMs === undefined)
    return { column: 'scoredAt', reason: 'must be an ISO 8601 date-time with Z or an offset' };
  const preferences = parsePreferences(text('preferences'));
  if (preferences === undefined) return { column: 'preferences', reason: 'must be event ids joined by |' };
  const row: ScoreRow = { campaignId, memberId, score, verdict: 'none', preferences, scoredAt, scoredAtMs };
  const fault = readOptional(row, text);
  return fault ?? row;
};

const parsePreferences = (text: string): string[] | undefined => {
  if (text === '') return [];
  const ids = text.split('|');
  return ids.every((id) => ID.test(id)) ? ids : undefined;
};

/** Fills in the optional columns; returns the first fault. */
const readOptional = (row: ScoreRow, text: (column: ScoreColumn) => string): ScoreRowFault | undefined => {
  for (const column of ['globalUserId', 'sid'] as const) {
    const id = text(column);
    if (id === '') continue;
    if (!ID.test(id)) return { column, reason: 'must be 1 to 128 of A-Z a-z 0-9 . _ -' };
    row[column] = id;
  }
  const email = text('email').trim().toLowerCase();
  if (email !== '') {
    if (email.length > 254 || !EMAIL.test(email))
      return { column: 'email', reason: 'must have one @, no spaces, at most 254 characters' };
    row.email = email;
  }
  const phone = text('phone');
  if (phone !== '' && !PHONE.test(phone)) return { column: 'phone', reason: 'must be + and 8 to 15 digits' };
  const verified = text('isVerified').toLowerCase();
  if (verified !== '' && verified !== 'true' && verified !== 'false') {
    return { column: 'isVerified', reason: 'must be true, false or empty' };
  }
  if (verified !== '') row.isVerified = verified === 'true';
  return readVerdict(row, text('verdict')) ?? readModelVersion(row, text('modelVersion'));
};

const readVerdict = (row: ScoreRow, verdict: string): ScoreRowFault | undefined => {
  if (verdict === '') return undefined;
  const known = VERDICTS.find((each) => each === verdict);
  if (known === undefined) return { column: 'verdict', reason: `must be ${VERDICTS.join(', ')} or empty` };
  row.verdict = known;
  return undefined;
};

const readModelVersion = (row: ScoreRow, modelVersion: string): ScoreRowFault | undefined => {
  if (modelVersion === '') return undefined;
  if (modelVersion.length > MAX_MODEL_VERSION_LENGTH)
    return { column: 'modelVersion', reason: `must have at most ${MAX_MODEL_VERSION_LENGTH} characters` };
  row.modelVersion = modelVersion;
  return undefined;
};

export const isFault = (row: ScoreRow | ScoreRowFault): row is ScoreRowFault => 'reason' in row;

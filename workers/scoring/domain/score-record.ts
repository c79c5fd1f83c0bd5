import type { JsonValue } from '@verifiedfan/ports';
import { isIsoDateTime } from '@verifiedfan/schema';
import { VERDICTS, type Verdict } from './score-row.ts';

/** One scored member on scoresStream. There is no e-mail address and no phone number in it: `emailKey` is a keyed hash. */
export type ScoreRecord = {
  type: 'score';
  campaignId: string;
  memberId: string;
  globalUserId?: string;
  sid?: string;
  emailKey?: string;
  score: number;
  isVerified?: boolean;
  verdict: Verdict;
  rank: number;
  events: string[];
  scoredAt: string;
  modelVersion?: string;
  file: string;
  load: number;
  line: number;
  meta: { correlation: string; traceparent?: string };
};

/** What earlier loads of a file said and the current one does not say any more. */
export type WithdrawalRecord = {
  type: 'withdrawal';
  campaignId: string;
  memberId: string;
  /** The member row, and the member's own line in the fan list, are gone. */
  member: boolean;
  /** Identifiers that no row of the current load has. */
  sid?: string;
  emailKey?: string;
  file: string;
  /** Claims of the file below this load are taken back. */
  load: number;
  meta: { correlation: string; traceparent?: string };
};

export type ScoresStreamRecord = ScoreRecord | WithdrawalRecord;

const ID = /^[A-Za-z0-9._-]{1,128}$/;
const isText = (value: unknown): value is string => typeof value === 'string';
const isId = (value: unknown): value is string => isText(value) && ID.test(value);
const isOptionalId = (value: unknown): boolean => value === undefined || isId(value);
const isWhole = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

/**
 * Checks a record of scoresStream. Anyone may write to a stream, so no consumer trusts it. Returns the name of the first member at
 * fault, or the record.
 */
export const readScoresStreamRecord = (data: JsonValue): ScoresStreamRecord | { fault: string } => {
  if (typeof data !== 'object' || data === null || Array.isArray(data)) return { fault: 'the record is not an object' };
  const fault = (name: string) => ({ fault: `the record's ${name} is missing or malformed` });
  if (!isId(data.campaignId)) return fault('campaignId');
  if (!isId(data.memberId)) return fault('memberId');
  if (!isOptionalId(data.sid)) return fault('sid');
  if (!isOptionalId(data.emailKey)) return fault('emailKey');
  if (!isText(data.file)) return fault('file');
  if (!isWhole(data.load)) return fault('load');
  if (data.type === 'withdrawal')
    return typeof data.member === 'boolean' ? (data as WithdrawalRecord) : fault('member');
  if (data.type !== 'score') return fault('type');
  if (!(typeof data.score === 'number' && data.score >= 0 && data.score <= 1)) return fault('score');
  if (data.isVerified !== undefined && typeof data.isVerified !== 'boolean') return fault('isVerified');
  if (!VERDICTS.some((verdict) => verdict === data.verdict)) return fault('verdict');
  if (!isWhole(data.rank)) return fault('rank');
  if (!Array.isArray(data.events) || !data.events.every(isId)) return fault('events');
  if (!isText(data.scoredAt) || !isIsoDateTime(data.scoredAt)) return fault('scoredAt');
  if (!isWhole(data.line)) return fault('line');
  return data as ScoreRecord;
};

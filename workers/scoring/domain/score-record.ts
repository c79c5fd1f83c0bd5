import type { JsonObject, JsonValue } from '@verifiedfan/ports';
import { isIsoDateTime } from '@verifiedfan/schema';
import { MAX_MODEL_VERSION_LENGTH, VERDICTS, type Verdict } from './score-row.ts';

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
const MAX_FILE_LENGTH = 64;
/** Of entry-service, which refuses a whole request for one row with more. */
const MAX_EVENTS = 1_000;

const isText = (value: unknown): value is string => typeof value === 'string';
const isId = (value: unknown): value is string => isText(value) && ID.test(value);
const isFile = (value: unknown): boolean => isText(value) && value.length >= 1 && value.length <= MAX_FILE_LENGTH;
const isWhole = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
const isEvents = (value: unknown): boolean => Array.isArray(value) && value.length <= MAX_EVENTS && value.every(isId);
const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null && !Array.isArray(value);
const isModelVersion = (value: unknown): boolean =>
  isText(value) && value.length >= 1 && value.length <= MAX_MODEL_VERSION_LENGTH;
const VERDICT_SET: ReadonlySet<unknown> = new Set(VERDICTS);

/**
 * Checks a record of scoresStream. Anyone may write to a stream, so no consumer trusts it, and none may choke on it together with its
 * neighbours. Returns what is at fault, naming the first such member, or the record. Plain comparisons, since each of three consumers
 * does this for every row.
 */
export const readScoresStreamRecord = (data: JsonValue): ScoresStreamRecord | { fault: string } => {
  if (typeof data !== 'object' || data === null || Array.isArray(data)) return { fault: 'the record is not an object' };
  const member =
    sharedFault(data) ??
    (data.type === 'score' ? scoreFault(data) : data.type === 'withdrawal' ? withdrawalFault(data) : 'type');
  return member === undefined
    ? (data as ScoresStreamRecord)
    : { fault: `the record's ${member} is missing or malformed` };
};

const sharedFault = ({ campaignId, memberId, sid, emailKey, file, load, meta }: JsonObject): string | undefined => {
  if (!isId(campaignId)) return 'campaignId';
  if (!isId(memberId)) return 'memberId';
  if (sid !== undefined && !isId(sid)) return 'sid';
  if (emailKey !== undefined && !isId(emailKey)) return 'emailKey';
  if (!isFile(file)) return 'file';
  if (!isWhole(load)) return 'load';
  return isObject(meta) ? undefined : 'meta';
};

const withdrawalFault = ({ member }: JsonObject): string | undefined =>
  typeof member === 'boolean' ? undefined : 'member';

const scoreFault = (data: JsonObject): string | undefined => {
  const { globalUserId, score, isVerified, verdict, rank, events, scoredAt, modelVersion, line } = data;
  if (globalUserId !== undefined && !isId(globalUserId)) return 'globalUserId';
  if (!(typeof score === 'number' && score >= 0 && score <= 1)) return 'score';
  if (isVerified !== undefined && typeof isVerified !== 'boolean') return 'isVerified';
  if (!VERDICT_SET.has(verdict)) return 'verdict';
  if (!isWhole(rank)) return 'rank';
  if (!isEvents(events)) return 'events';
  if (!isText(scoredAt) || !isIsoDateTime(scoredAt)) return 'scoredAt';
  if (modelVersion !== undefined && !isModelVersion(modelVersion)) return 'modelVersion';
  return isWhole(line) ? undefined : 'line';
};

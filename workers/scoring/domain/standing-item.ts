import type { Item, JsonObject, Key } from '@verifiedfan/ports';
import { parseIsoDateTime } from '@verifiedfan/schema';
import type { Claim, Standing } from '@verifiedfan/standing';
import type { ScoreRecord } from './score-record.ts';

/** A claim with the parts of its version that are not compared: two claims with equal content differ in version alone. */
export type ScoreClaim = Claim<JsonObject> & { scoredAt: string; meta: JsonObject };

/** What a score says. Absent members stay absent, so that equal scores are equal objects. */
const contentOf = (record: ScoreRecord): JsonObject => {
  const content: JsonObject = { memberId: record.memberId, score: record.score };
  if (record.isVerified !== undefined) content.isVerified = record.isVerified;
  content.verdict = record.verdict;
  content.rank = record.rank;
  content.events = record.events;
  if (record.modelVersion !== undefined) content.modelVersion = record.modelVersion;
  if (record.globalUserId !== undefined) content.globalUserId = record.globalUserId;
  if (record.sid !== undefined) content.sid = record.sid;
  return content;
};

export const claimOf = (record: ScoreRecord): ScoreClaim => {
  const { file, load, line, scoredAt, meta } = record;
  return { file, load, line, scoredAtMs: parseIsoDateTime(scoredAt) ?? 0, scoredAt, meta, content: contentOf(record) };
};

/**
 * A row that several files may speak about. The holder's content stands at the top level, where queries and the counting look; claims
 * of other files wait in `others`, which most rows do not have. `revision` counts the writes after the first, and is absent until then:
 * rows are written a million at a time and every byte is written twice.
 */
export const itemOf = (key: Key, standing: Standing<JsonObject>, revision: number, extra: JsonObject = {}): Item => {
  const { content, file, load, line, scoredAt, meta } = standing.holder as ScoreClaim;
  const item: Item = { ...key, ...content, ...extra, scoredAt, file, load, line, meta };
  if (revision > 1) item.revision = revision;
  if (standing.others.length > 0) item.others = standing.others.map((claim) => storedClaim(claim as ScoreClaim));
  return item;
};

const storedClaim = ({ content, file, load, line, scoredAt, meta }: ScoreClaim): JsonObject => ({
  content,
  file,
  load,
  line,
  scoredAt,
  meta,
});

const CONTENT = [
  'memberId',
  'score',
  'isVerified',
  'verdict',
  'rank',
  'events',
  'modelVersion',
  'globalUserId',
  'sid',
] as const;

export const standingOf = (item: Item): Standing<JsonObject> => {
  const content: JsonObject = {};
  for (const field of CONTENT) if (item[field] !== undefined) content[field] = item[field];
  const holder = claimFrom({ ...pickVersion(item), content });
  const others = (item.others ?? []) as JsonObject[];
  return { holder, others: others.map(claimFrom) };
};

const pickVersion = ({ file, load, line, scoredAt, meta }: JsonObject): JsonObject =>
  ({ file, load, line, scoredAt, meta }) as JsonObject;

const claimFrom = (stored: JsonObject): ScoreClaim => ({
  file: stored.file as string,
  load: stored.load as number,
  line: stored.line as number,
  scoredAt: stored.scoredAt as string,
  scoredAtMs: parseIsoDateTime(stored.scoredAt as string) ?? 0,
  meta: (stored.meta ?? {}) as JsonObject,
  content: stored.content as JsonObject,
});

export const revisionOf = (item: Item): number => (typeof item.revision === 'number' ? item.revision : 1);

import { SCORE_COLUMNS, type ScoreColumn } from '../src/index.ts';

const ID = /^[A-Za-z0-9._-]{1,128}$/;
const DATE_TIME = /^(\d{4})-(\d{2})-(\d{2})T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$/;

const isDateTime = (text: string): boolean => {
  const [, year, month, day] = DATE_TIME.exec(text) ?? [];
  if (day === undefined) return false;
  const date = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)));
  return date.getUTCMonth() === Number(month) - 1 && date.getUTCDate() === Number(day);
};

/** The grammar of score files, written down a second time and naively, as a check on the generator. */
const RULES: Record<ScoreColumn, (text: string) => boolean> = {
  campaignId: (text) => ID.test(text),
  memberId: (text) => ID.test(text),
  globalUserId: (text) => text === '' || ID.test(text),
  sid: (text) => text === '' || ID.test(text),
  email: (text) => text === '' || (text.length <= 254 && /^[^@\s]+@[^@\s]+$/.test(text)),
  phone: (text) => text === '' || /^\+\d{8,15}$/.test(text),
  score: (text) => /^\d+(\.\d+)?$/.test(text) && Number(text) <= 1,
  isVerified: (text) => ['', 'true', 'false'].includes(text.toLowerCase()),
  verdict: (text) => ['', 'selected', 'waitlisted', 'rejected', 'none'].includes(text),
  preferences: (text) => text === '' || text.split('|').every((id) => ID.test(id)),
  scoredAt: isDateTime,
  modelVersion: (text) => text.length <= 64,
};

/** What is wrong with a row, undefined for a valid one. */
export const firstBrokenRule = (row: readonly string[], campaigns: ReadonlySet<string>): string | undefined => {
  if (row.length !== SCORE_COLUMNS.length) return 'number of fields';
  const broken = SCORE_COLUMNS.find((column, index) => !RULES[column](row[index] ?? ''));
  return broken ?? (campaigns.has(row[0] ?? '') ? undefined : 'unknown campaign');
};

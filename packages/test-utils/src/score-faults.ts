import type { ScoreFields } from './score-rows.ts';

type Change = { change: (fields: ScoreFields) => Partial<ScoreFields> };
type Line = { line: (line: string) => string };

const set = (column: keyof ScoreFields, value: string): Change => ({ change: () => ({ [column]: value }) });

/** One way to break a row for each rule of the grammar. A name says what is wrong. */
const FAULTS = {
  unknown_campaign: set('campaignId', 'no-such-campaign'),
  campaign_missing: set('campaignId', ''),
  campaign_grammar: set('campaignId', 'on sale/1'),
  member_missing: set('memberId', ''),
  member_grammar: { change: ({ memberId }) => ({ memberId: `${memberId} ` }) },
  member_too_long: set('memberId', 'm'.repeat(129)),
  sid_grammar: set('sid', 'sid#1'),
  email_without_at: { change: ({ email }) => ({ email: email.replace('@', '.') }) },
  email_two_ats: { change: ({ email }) => ({ email: `a@${email}` }) },
  email_space: { change: ({ email }) => ({ email: email.replace('.', ' ') }) },
  email_too_long: { change: ({ email }) => ({ email: `${'a'.repeat(250)}${email}` }) },
  phone_without_plus: set('phone', '12025550100'),
  phone_too_short: set('phone', '+1202555'),
  score_missing: set('score', ''),
  score_above_one: set('score', '1.0001'),
  score_sign: set('score', '-0.5'),
  score_exponent: set('score', '5e-1'),
  score_text: set('score', 'high'),
  is_verified_word: set('isVerified', 'yes'),
  verdict_word: set('verdict', 'winner'),
  preferences_grammar: set('preferences', 'ev 1|ev-2'),
  preferences_empty_item: set('preferences', 'ev-1||ev-2'),
  scored_at_missing: set('scoredAt', ''),
  scored_at_not_on_calendar: set('scoredAt', '2026-02-30T10:00:00Z'),
  scored_at_without_zone: set('scoredAt', '2026-02-03T10:00:00'),
  model_version_too_long: set('modelVersion', 'v'.repeat(65)),
  too_few_fields: { line: (line) => line.slice(0, line.lastIndexOf(',')) },
  too_many_fields: { line: (line) => `${line},extra` },
  // Rows are written as Latin-1, so this letter becomes the byte 0xff, which no UTF-8 text has.
  invalid_utf8: { change: ({ sid }) => ({ sid: `${sid}\u00ff` }) },
  row_too_long: { line: (line) => `${line}${'v'.repeat(1_048_577)}` },
} satisfies Record<string, Change | Line>;

export type ScoreFault = keyof typeof FAULTS;
/** Every kind of invalid row. */
export const SCORE_FAULTS = Object.keys(FAULTS) as readonly ScoreFault[];
/** Those that are used unless others are asked for: not the two that need bytes or a megabyte each. */
export const DEFAULT_SCORE_FAULTS = SCORE_FAULTS.filter(
  (fault) => fault !== 'invalid_utf8' && fault !== 'row_too_long',
);

/** The line of a row with one fault in it. */
export const breakRow = (fault: ScoreFault, fields: ScoreFields, write: (fields: ScoreFields) => string): string => {
  const how: Change | Line = FAULTS[fault];
  return 'line' in how ? how.line(write(fields)) : write({ ...fields, ...how.change(fields) });
};

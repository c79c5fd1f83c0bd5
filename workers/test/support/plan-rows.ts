import type { Chance } from './chance.ts';
import type { ModelRow } from './model.ts';
import type { PlacedRow, PlannedRow } from './score-csv.ts';

/** What rows of one history may name; few of each, so that they meet. */
export type Vocabulary = { campaigns: readonly string[]; events: readonly string[] };

const MEMBERS = ['ann', 'bob', 'cy', 'dee', 'eve'];
const SIDS = ['', '', 's1', 's2', 's3'];
export const EMAILS = ['', 'Ann@Example.com', ' ann@example.com ', 'bob@example.com', 'cy@example.com'];
/** The same instants in different spellings, so that ties are as frequent as they are seldom in life. */
const TIMES = [
  '2026-01-01T10:00:00Z',
  '2026-01-01T11:00:00+01:00',
  '2026-01-01T10:00:00.001Z',
  '2026-01-02T00:00:00Z',
  '2025-12-31T23:59Z',
];
const BAD_VALUES = [
  { score: '1.5' },
  { score: '1e0' },
  { memberId: 'a b' },
  { scoredAt: '2026-02-30T00:00:00Z' },
  { preferences: 'e1||e2' },
  { email: 'a@b@c' },
  { isVerified: 'maybe' },
  { phone: '12345678' },
];

export const planRow = (chance: Chance, { campaigns, events }: Vocabulary): PlannedRow => {
  const fields = {
    campaignId: chance.oneOf(campaigns),
    memberId: chance.oneOf(MEMBERS),
    globalUserId: chance.oneOf(['', 'g1']),
    sid: chance.oneOf(SIDS),
    email: chance.oneOf(EMAILS),
    phone: chance.oneOf(['', '+12025550123']),
    score: chance.oneOf(['0', '0.25', '0.5', '1', '1.000']),
    isVerified: chance.oneOf(['', 'true', 'FALSE', 'True', 'false']),
    verdict: chance.oneOf(['', 'selected', 'waitlisted', 'rejected', 'none']),
    preferences: planPreferences(chance, events),
    scoredAt: chance.oneOf(TIMES),
    modelVersion: chance.oneOf(['', 'v1']),
  };
  if (chance.percent(8)) return { fields: { ...fields, ...chance.oneOf(BAD_VALUES) }, broken: 'value' };
  return chance.percent(3) ? { fields, broken: 'shape' } : { fields };
};

const planPreferences = (chance: Chance, events: readonly string[]): string =>
  Array.from({ length: chance.between(0, 3) }, () => chance.oneOf(events)).join('|');

/** The row as the model reads it; undefined when it breaks the grammar. What the campaign offers is added by whoever knows it. */
export const toModelRow = ({ fields, broken, line }: PlacedRow): Omit<ModelRow, 'offer'> | undefined => {
  if (broken !== undefined) return undefined;
  const { campaignId, memberId, score, isVerified, verdict, preferences, scoredAt, sid, email } = fields;
  const address = email.trim().toLowerCase();
  return {
    line,
    campaignId,
    memberId,
    score: Number(score),
    isVerified: isVerified === '' ? undefined : isVerified.toLowerCase() === 'true',
    verdict: verdict === '' ? 'none' : verdict,
    preferences: preferences === '' ? [] : preferences.split('|'),
    scoredAt,
    sid: sid === '' ? undefined : sid,
    email: address === '' ? undefined : address,
  };
};

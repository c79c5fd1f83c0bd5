import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SCORE_COLUMNS, type ScoreColumn } from '@verifiedfan/test-utils';

export const CAMPAIGN = 'tour-2027';

/** The campaign of the example in the design, with two markets. */
export const CAMPAIGN_DOCUMENT = {
  campaigns: [{ _id: CAMPAIGN, name: 'Tour 2027', markets: [{ eventId: 'ev-paris' }, { eventId: 'ev-lyon' }] }],
};

export type RowFields = Partial<Record<ScoreColumn, string>>;

const DEFAULTS: RowFields = {
  campaignId: CAMPAIGN,
  score: '0.5',
  preferences: 'ev-paris',
  scoredAt: '2026-01-05T10:00:00Z',
};

/** A score file of these rows. Fields hold no commas and quotes. */
export const scoreFile = (rows: readonly RowFields[]): string =>
  [
    SCORE_COLUMNS.join(','),
    ...rows.map((row) => SCORE_COLUMNS.map((column) => ({ ...DEFAULTS, ...row })[column] ?? '').join(',')),
    '',
  ].join('\n');

/** Four rows: two scored, one filtered, one invalid; the two that are scored have five identifiers. */
export const EXAMPLE_ROWS: readonly RowFields[] = [
  {
    memberId: 'ada',
    sid: 'sid-ada',
    email: 'ada@example.com',
    phone: '+12025550101',
    isVerified: 'true',
    verdict: 'selected',
  },
  { memberId: 'bob', sid: 'sid-bob', phone: '+12025550102', isVerified: 'false', preferences: 'ev-lyon|ev-paris' },
  { memberId: 'cyd', email: 'cyd@example.com', preferences: 'ev-elsewhere' },
  { memberId: 'dan', email: 'dan@example.com', phone: '+12025550104', score: '1.5' },
];

/** Writes the campaign document and a score file. */
export const writeExample = async (directory: string, rows: readonly RowFields[] = EXAMPLE_ROWS): Promise<void> => {
  await writeFile(join(directory, 'campaign.json'), JSON.stringify(CAMPAIGN_DOCUMENT));
  await writeFile(join(directory, 'a.csv'), scoreFile(rows));
};

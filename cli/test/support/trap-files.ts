import { createSeededRandom } from '@verifiedfan/test-utils';

/** Two campaigns with three events each; the second one takes first and second choices alone. */
export const CAMPAIGNS = [
  { _id: 'north-2027', name: 'North', markets: ['n1', 'n2', 'n3'].map((eventId) => ({ eventId })) },
  { _id: 'south-2027', name: 'South', maxRank: 1, markets: ['s1', 's2', 's3'].map((eventId) => ({ eventId })) },
];

/** What a row says, as the documentation of score files reads it. */
export type Statement = {
  campaignId: string;
  memberId: string;
  score: number;
  isVerified: boolean | null;
  verdict: string;
  rank: number;
  events: string[];
  scoredAt: string;
};
export type TrapFile = { text: string; rows: number; invalid: number; filtered: number; statements: Statement[] };
export type TrapOptions = { seed: string; rows: number; members: number };

/** In an order that no writer of ours uses, with a column that nobody knows. */
const COLUMNS = 'scoredAt,preferences,note,memberId,verdict,score,campaignId,isVerified,email,phone,sid'.split(',');

/** A value that is wrong, by column: each makes its row invalid. */
const WRONG: readonly (readonly [column: string, value: string])[] = [
  ['score', '1.0001'],
  ['score', '5e-1'],
  ['score', ''],
  ['isVerified', 'yes'],
  ['verdict', 'winner'],
  ['scoredAt', '2026-02-30T10:00:00Z'],
  ['scoredAt', '2026-01-05T10:00:00'],
  ['memberId', 'a/b'],
  ['memberId', ''],
  ['campaignId', 'never-heard-of'],
  ['email', 'two@signs@example.com'],
  ['phone', '12025550101'],
];

/** A score file full of what trips readers up, and what must come of each of its rows. Equal options give equal files. */
export const makeTrapFile = ({ seed, rows, members }: TrapOptions): TrapFile => {
  const random = createSeededRandom({ seed });
  const below = (limit: number): number => Math.floor(random.next() * limit);
  const oneOf = <Value>(values: readonly Value[]): Value => values[below(values.length)] as Value;
  const file: TrapFile = { text: `\uFEFF${COLUMNS.join(',')}\r\n`, rows, invalid: 0, filtered: 0, statements: [] };

  const makeRow = (): void => {
    const campaign = oneOf(CAMPAIGNS);
    const offered = campaign.markets.map(({ eventId }) => eventId);
    const preferences = Array.from({ length: below(4) }, () => oneOf([...offered, 'elsewhere']));
    const member = below(members);
    const fields: Record<string, string> = {
      campaignId: campaign._id,
      memberId: `m-${member}`,
      score: oneOf(['0', '1', '0.5', `0.${below(9_999)}`, '1.0']),
      isVerified: oneOf(['true', 'TRUE', 'false', 'False', '']),
      verdict: oneOf(['selected', 'waitlisted', 'rejected', 'none', '']),
      preferences: preferences.join('|'),
      // Few moments, so that many rows of a member are of the same one; an offset, so that texts do not sort as times do.
      scoredAt: oneOf(['Z', '.000Z', '+02:00', '-05:30']).replace(/^/, `2026-01-05T1${below(3)}:00:00`),
      email: oneOf(['', `Fan.${member}@Example.com`]),
      phone: oneOf(['', '+12025550101']),
      sid: oneOf(['', `sid-${member}`]),
      note: oneOf(['', 'plain', '"quoted, with a comma"', '"two\nlines"', '"a ""quote"" and\r\nCRLF"']),
    };
    const isInvalid = below(12) === 0;
    if (isInvalid) {
      const [column, value] = oneOf(WRONG);
      fields[column] = value;
    }
    const line = COLUMNS.map((column) => fields[column] ?? '').join(',');
    const hasOneFieldMore = !isInvalid && below(50) === 0;
    file.text += `${line}${hasOneFieldMore ? ',more' : ''}${oneOf(['\n', '\r\n', '\n\n'])}`;
    if (isInvalid || hasOneFieldMore) {
      file.invalid += 1;
      return;
    }
    const rank = preferences.findIndex((event) => offered.includes(event));
    if (rank === -1 || rank > (campaign.maxRank ?? Number.POSITIVE_INFINITY)) {
      file.filtered += 1;
      return;
    }
    file.statements.push({
      campaignId: campaign._id,
      memberId: `m-${member}`,
      score: Number(fields.score),
      isVerified: fields.isVerified === '' ? null : fields.isVerified?.toLowerCase() === 'true',
      verdict: fields.verdict || 'none',
      rank,
      events: [...new Set(preferences)].filter((event) => offered.includes(event)),
      scoredAt: fields.scoredAt ?? '',
    });
  };
  for (let row = 0; row < rows; row += 1) makeRow();
  return file;
};

/** The rows of a campaign: per member the newest statement of all current files, which are given in the order of their loads. */
export const rowsOf = (campaignId: string, files: readonly TrapFile[]): Statement[] => {
  const newest = new Map<string, Statement>();
  for (const statement of files.flatMap(({ statements }) => statements)) {
    const known = newest.get(statement.memberId);
    // Of one moment the later load, and the later line, is the newer one: both come later here.
    const isNewer = known === undefined || Date.parse(statement.scoredAt) >= Date.parse(known.scoredAt);
    if (statement.campaignId === campaignId && isNewer) newest.set(statement.memberId, statement);
  }
  return [...newest.values()].sort(byMember);
};

export const countsOf = (rows: readonly Statement[]) => ({
  verified: rows.filter(({ isVerified }) => isVerified === true).length,
  rejected: rows.filter(({ isVerified }) => isVerified === false).length,
  selected: rows.filter(({ verdict }) => verdict === 'selected').length,
});

export const byMember = (a: { memberId: string }, b: { memberId: string }): number =>
  a.memberId < b.memberId ? -1 : Number(a.memberId > b.memberId);

import { DEFAULT_NOW_MS } from './clock.ts';
import { TestUtilsError } from './errors.ts';
import { createBits, type Seed } from './random.ts';
import { generateScoreCampaigns, type ScoreCampaign } from './score-campaigns.ts';
import { breakRow, DEFAULT_SCORE_FAULTS, type ScoreFault } from './score-faults.ts';
import { createRowMaker, SCORE_COLUMNS, type ScoreFields, type ScoreRow } from './score-rows.ts';

export type ScoreFileOptions = {
  /** Rows of the file, invalid ones included. */
  registrants: number;
  seed: Seed;
  /** The campaigns that registrants are spread over. @default generateScoreCampaigns({ seed }).campaigns */
  campaigns?: readonly ScoreCampaign[] | undefined;
  /** Breaks about `rate` (0 to 1) of the rows, taking the kinds in turn. @default none */
  faults?: { rate: number; kinds?: readonly ScoreFault[] | undefined } | undefined;
  /** `scoredAt` of the first row in milliseconds; each later row is a millisecond younger. @default 2026-01-05T10:00:00Z */
  scoredAtMs?: number | undefined;
  /** Most bytes of a chunk; a longer row is a chunk of its own. @default 65_536 */
  chunkBytes?: number | undefined;
};

/** What a loader must report for the file, counted while it was written: in = valid + invalid, valid = out + filtered. */
export type ScoreFileSummary = {
  count: { in: number; valid: number; invalid: number; filtered: number; out: number };
  campaigns: Record<string, { verified: number; rejected: number; selected: number }>;
};

/**
 * Writes a synthetic score file as chunks of CSV bytes, with the header first, holding no more than a chunk in memory. Equal options
 * give equal bytes, and a longer file begins with the rows of a shorter one. The generator's return value is the summary.
 */
export async function* generateScoreFileBytes(options: ScoreFileOptions): AsyncGenerator<Uint8Array, ScoreFileSummary> {
  const { registrants, seed, faults, scoredAtMs = DEFAULT_NOW_MS, chunkBytes = 65_536 } = options;
  const campaigns = options.campaigns ?? generateScoreCampaigns({ seed }).campaigns;
  check(options, campaigns);
  const bits = createBits(`scores:${seed}`);
  const makeRow = createRowMaker({ bits, scoredAtMs });
  const nextFault = createFaultPicker(seed, faults);
  const summary = createSummary();

  // Rows go into bytes one by one: joined texts would be trees of thousands of small strings that outlive the young generation.
  const chunk = Buffer.allocUnsafe(chunkBytes);
  let filled = 0;
  const take = (): Uint8Array => {
    const bytes = Uint8Array.prototype.slice.call(chunk, 0, filled);
    filled = 0;
    return bytes;
  };
  for (let index = -1; index < registrants; index += 1) {
    let line = HEADER;
    if (index >= 0) {
      const campaign = campaigns[campaigns.length === 1 ? 0 : bits() % campaigns.length] as ScoreCampaign;
      const row = makeRow(index, campaign);
      const fault = nextFault();
      summary.add(row, campaign, fault);
      line = fault === undefined ? writeRow(row.fields) : breakRow(fault, row.fields, writeRow);
    }
    if (filled + line.length + 1 > chunkBytes && filled > 0) yield take();
    if (line.length + 1 > chunkBytes) yield Buffer.from(`${line}\n`, 'latin1');
    else filled += chunk.write(`${line}\n`, filled, 'latin1');
  }
  if (filled > 0) yield take();
  return summary.result;
}

/** The same as text; the byte of an `invalid_utf8` row becomes a letter that the grammar does not allow either. */
export async function* generateScoreFile(options: ScoreFileOptions): AsyncGenerator<string, ScoreFileSummary> {
  const chunks = generateScoreFileBytes(options);
  for (;;) {
    const { done, value } = await chunks.next();
    if (done) return value;
    // All that is written is ASCII but for that byte, and Latin-1 is the fastest way from bytes to text.
    yield Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('latin1');
  }
}

/** The whole text and the summary of a small file. */
export const collectScoreFile = async (
  options: ScoreFileOptions,
): Promise<{ text: string; summary: ScoreFileSummary }> => {
  const chunks = generateScoreFile(options);
  let text = '';
  for (;;) {
    const { done, value } = await chunks.next();
    if (done) return { text, summary: value };
    text += value;
  }
};

const check = ({ registrants, faults }: ScoreFileOptions, campaigns: readonly ScoreCampaign[]): void => {
  if (!Number.isInteger(registrants) || registrants < 0 || registrants > 2 ** 32) {
    throw new TestUtilsError('invalid_option', 'registrants must be a whole number from 0 to 2^32');
  }
  if (faults !== undefined && !(faults.rate >= 0 && faults.rate <= 1)) {
    throw new TestUtilsError('invalid_option', 'faults.rate must be a number from 0 to 1');
  }
  if (campaigns.length === 0 || campaigns.some(({ markets }) => markets.length === 0)) {
    throw new TestUtilsError('invalid_option', 'a score file needs at least one campaign, and each campaign a market');
  }
};

const HEADER = SCORE_COLUMNS.join(',');

/** No generated value holds a comma, a quote or a line break, so nothing needs quoting. */
const writeRow = (f: ScoreFields): string =>
  `${f.campaignId},${f.memberId},${f.globalUserId},${f.sid},${f.email},${f.phone},${f.score},${f.isVerified},${f.verdict},${f.preferences},${f.scoredAt},${f.modelVersion}`;

const createFaultPicker = (seed: Seed, faults: ScoreFileOptions['faults']): (() => ScoreFault | undefined) => {
  if (faults === undefined || faults.rate === 0) return () => undefined;
  const { rate, kinds = DEFAULT_SCORE_FAULTS } = faults;
  // A sequence of its own: a file with faults differs from the one without in the broken rows alone.
  const bits = createBits(`faults:${seed}`);
  let turn = -1;
  return () => {
    if (bits() >= rate * 2 ** 32) return undefined;
    turn = (turn + 1) % kinds.length;
    return kinds[turn];
  };
};

const createSummary = () => {
  const result: ScoreFileSummary = { count: { in: 0, valid: 0, invalid: 0, filtered: 0, out: 0 }, campaigns: {} };
  const { count, campaigns } = result;
  const add = ({ fields, rank }: ScoreRow, { _id, maxRank }: ScoreCampaign, fault: ScoreFault | undefined): void => {
    count.in += 1;
    if (fault !== undefined) {
      count.invalid += 1;
      return;
    }
    count.valid += 1;
    if (rank === null || (maxRank !== undefined && rank > maxRank)) {
      count.filtered += 1;
      return;
    }
    count.out += 1;
    campaigns[_id] ??= { verified: 0, rejected: 0, selected: 0 };
    const totals = campaigns[_id];
    if (fields.isVerified === 'true') totals.verified += 1;
    if (fields.isVerified === 'false') totals.rejected += 1;
    if (fields.verdict === 'selected') totals.selected += 1;
  };
  return { result, add };
};

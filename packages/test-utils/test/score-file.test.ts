import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, it } from 'node:test';
import {
  collectScoreFile,
  DEFAULT_SCORE_FAULTS,
  generateScoreCampaigns,
  generateScoreFile,
  generateScoreFileBytes,
  isFictionalPhone,
  isReservedEmail,
  SCORE_COLUMNS,
  SCORE_FAULTS,
  type ScoreFileOptions,
} from '../src/index.ts';
import { firstBrokenRule } from './score-grammar.ts';

const rowsOf = (text: string): string[][] =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => line.split(','));

const digest = async (options: ScoreFileOptions): Promise<string> => {
  const hash = createHash('sha256');
  for await (const chunk of generateScoreFile(options)) hash.update(chunk);
  return hash.digest('hex');
};

describe('generateScoreFile', () => {
  it('gives the same characters for the same seed and others for another', async () => {
    const [first, again, other] = await Promise.all([1, 1, 2].map((seed) => digest({ registrants: 3000, seed })));
    assert.equal(first, again);
    assert.notEqual(first, other);
  });

  it('does not depend on the size of its chunks', async () => {
    const options = { registrants: 500, seed: 1 };
    assert.equal(await digest({ ...options, chunkBytes: 100 }), await digest(options));
  });

  it('begins a longer file with the rows of a shorter one', async () => {
    const [short, long] = await Promise.all(
      [100, 200].map((registrants) => collectScoreFile({ registrants, seed: 'a' })),
    );
    assert.ok(long?.text.startsWith(short?.text ?? 'missing'));
  });

  it('writes one row per registrant, all within the grammar, about campaigns of the same seed', async () => {
    const { text, summary } = await collectScoreFile({ registrants: 5000, seed: 3 });
    const [header, ...rows] = rowsOf(text);
    const [campaign] = generateScoreCampaigns({ seed: 3 }).campaigns;
    assert.deepEqual(header, SCORE_COLUMNS);
    assert.equal(rows.length, 5000);
    assert.deepEqual(new Set(rows.map(([campaignId]) => campaignId)), new Set([campaign?._id]));
    for (const column of [1, 2, 4]) assert.equal(new Set(rows.map((row) => row[column])).size, 5000);
    for (const row of rows) assert.equal(firstBrokenRule(row, new Set([campaign?._id ?? ''])), undefined);
    assert.equal(summary.count.invalid, 0);
  });

  it('writes to nobody', async () => {
    const { text } = await collectScoreFile({ registrants: 2000, seed: 4 });
    for (const row of rowsOf(text).slice(1)) {
      assert.ok(isReservedEmail(row[4] ?? ''));
      assert.ok(row[5] === '' || isFictionalPhone(row[5] ?? ''));
    }
  });

  it('verifies about 70 % and rejects about 10 %, and uses every verdict', async () => {
    const { text } = await collectScoreFile({ registrants: 20_000, seed: 5 });
    const rows = rowsOf(text).slice(1);
    const share = (value: string): number => rows.filter((row) => row[7] === value).length / rows.length;
    assert.ok(Math.abs(share('true') - 0.7) < 0.02);
    assert.ok(Math.abs(share('false') - 0.1) < 0.02);
    const verdicts = new Set(rows.map((row) => row[8]));
    assert.deepEqual(verdicts, new Set(['selected', 'waitlisted', 'rejected', 'none', '']));
  });

  it('counts what a loader must find: rank from the preferences, maxRank, and the totals of what is left', async () => {
    const { campaigns } = generateScoreCampaigns({ seed: 6, campaigns: 2, markets: 3 });
    const limited = campaigns.map((campaign, index) => (index === 0 ? { ...campaign, maxRank: 0 } : campaign));
    const { text, summary } = await collectScoreFile({ registrants: 4000, seed: 6, campaigns: limited });
    const left = rowsOf(text)
      .slice(1)
      .filter((row) => {
        const { markets, maxRank } = limited.find(({ _id }) => _id === row[0]) ?? { markets: [], maxRank: undefined };
        const offered = new Set(markets.map(({ eventId }) => eventId));
        const rank = (row[9] ?? '').split('|').findIndex((wanted) => offered.has(wanted));
        return rank !== -1 && (maxRank === undefined || rank <= maxRank);
      });
    const { count } = summary;
    assert.equal(count.out, left.length);
    assert.ok(count.filtered > 0);
    assert.equal(count.in, count.valid + count.invalid);
    assert.equal(count.valid, count.out + count.filtered);
    for (const { _id } of limited) {
      const own = left.filter((row) => row[0] === _id);
      assert.deepEqual(summary.campaigns[_id], {
        verified: own.filter((row) => row[7] === 'true').length,
        rejected: own.filter((row) => row[7] === 'false').length,
        selected: own.filter((row) => row[8] === 'selected').length,
      });
    }
  });
});

describe('generateScoreFile with faults', () => {
  it('breaks rows in every way, and each of them breaks the grammar', async () => {
    for (const fault of DEFAULT_SCORE_FAULTS) {
      const options = { registrants: 20, seed: 1, faults: { rate: 1, kinds: [fault] } };
      const { text, summary } = await collectScoreFile(options);
      const known = new Set(generateScoreCampaigns({ seed: 1 }).campaigns.map(({ _id }) => _id));
      for (const row of rowsOf(text).slice(1)) assert.ok(firstBrokenRule(row, known), `${fault}: ${row.join(',')}`);
      assert.deepEqual(summary.count, { in: 20, valid: 0, invalid: 20, filtered: 0, out: 0 });
    }
  });

  it('leaves the other rows as they are', async () => {
    const options = { registrants: 1000, seed: 1 };
    const [clean, broken] = await Promise.all(
      [0, 0.1].map((rate) => collectScoreFile({ ...options, faults: { rate } })),
    );
    const cleanLines = clean?.text.split('\n') ?? [];
    const same = broken?.text.split('\n').filter((line, index) => line === cleanLines[index]).length;
    assert.equal(same, 1002 - (broken?.summary.count.invalid ?? 0));
    assert.ok((broken?.summary.count.invalid ?? 0) > 50);
  });

  it('can write a byte that is not UTF-8, and a row of more than a megabyte', async () => {
    const kinds = SCORE_FAULTS.filter((fault) => fault === 'invalid_utf8' || fault === 'row_too_long');
    const chunks: Uint8Array[] = [];
    const options = { registrants: 2, seed: 1, faults: { rate: 1, kinds } };
    for await (const chunk of generateScoreFileBytes(options)) chunks.push(chunk);
    const bytes = Buffer.concat(chunks);
    assert.throws(() => new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    assert.ok(bytes.length > 1_048_576);
  });
});

describe('the options of score files', () => {
  it('are checked', async () => {
    const wrong = [
      { registrants: -1, seed: 1 },
      { registrants: 1.5, seed: 1 },
      { registrants: 1, seed: 1, faults: { rate: 2 } },
      { registrants: 1, seed: 1, campaigns: [] },
    ];
    for (const options of wrong) await assert.rejects(collectScoreFile(options), { code: 'invalid_option' });
    assert.throws(() => generateScoreCampaigns({ seed: 1, markets: 0 }), { code: 'invalid_option' });
    assert.throws(() => generateScoreCampaigns({ seed: 1, campaigns: 0 }), { code: 'invalid_option' });
  });
});

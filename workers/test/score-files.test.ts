import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { aFile, aLine, HEADER, setUpLoading } from './support/loading.ts';

const members = (records: readonly { memberId: string }[]): string[] => records.map(({ memberId }) => memberId).sort();
const counts = (read: number, invalid = 0) => ({
  in: read,
  valid: read - invalid,
  invalid,
  filtered: 0,
  out: read - invalid,
  failed: 0,
});
const bytes = (...parts: (string | number[])[]): Buffer =>
  Buffer.concat(parts.map((part) => Buffer.from(part as string)));

/** Files that load: what is in them, and how many rows that is. */
const GOOD: Readonly<Record<string, readonly [string | Buffer, number]>> = {
  'with a byte order mark': [`\uFEFF${aFile(aLine('a'))}`, 1],
  'with CRLF': [aFile(aLine('a'), aLine('b')).replaceAll('\n', '\r\n'), 2],
  'with both line ends': [`${HEADER}\r\n${aLine('a')}\n${aLine('b')}\r\n`, 2],
  'without a last line end': [aFile(aLine('a'), aLine('b')).trimEnd(), 2],
  'with empty lines': [`\n\n${HEADER}\n\n${aLine('a')}\n\r\n\n${aLine('b')}\n\n\n`, 2],
  'with every field quoted': [aFile('"tour","a","0.5","e1","2026-01-01T00:00:00Z"'), 1],
  'with quoted names in its header': [`"campaignId",memberId,"score",preferences,scoredAt\n${aLine('a')}\n`, 1],
  'with columns in another order': [
    'scoredAt,preferences,score,memberId,campaignId\n2026-01-01T00:00:00Z,e1,1,a,tour\n',
    1,
  ],
  'with further columns, and line breaks in them': [
    `${HEADER},note\n${aLine('a')},"two\nlines, ""quoted"""\n${aLine('b')},\n`,
    2,
  ],
  'with nothing but a header': [`${HEADER}\n`, 0],
  'with a header and no line end': [HEADER, 0],
  'in gzip': [gzipSync(aFile(aLine('a'), aLine('b'))), 2],
  'in two gzip members': [Buffer.concat([gzipSync(`${HEADER}\n`), gzipSync(`${aLine('a')}\n`)]), 1],
};

/** Files of which nothing is loaded. */
const REJECTED: Readonly<Record<string, readonly [string | Buffer, string]>> = {
  'is empty': ['', 'the file is empty'],
  'has only line ends': ['\n\r\n\n', 'the file is empty'],
  'is an empty gzip': [gzipSync(''), 'the file is empty'],
  'lacks a required column': [`campaignId,memberId,score,scoredAt\n`, 'a required column is missing: preferences'],
  'writes a column in capitals': [aFile().replace('score', 'Score'), 'a required column is missing: score'],
  'puts a space in front of a column': [aFile().replace(',score', ', score'), 'a required column is missing: score'],
  'has a required column twice': [`${HEADER},score\n`, 'a column stands twice in the header: score'],
  'has an optional column twice': [`${HEADER},email,email\n`, 'a column stands twice in the header: email'],
  'has a column twice that nobody reads': [`${HEADER},note,note\n`, 'a column stands twice in the header'],
  'has no header': [`${aLine('a')}\n`, 'a required column is missing'],
  'has bytes in its header that are not UTF-8': [
    bytes(`${HEADER},`, [0xff, 0xfe], '\n'),
    'the header is not valid UTF-8',
  ],
  'has a misplaced quote in its header': [`campaignId,mem"berId\n`, 'a quote in the header is misplaced'],
  'has a header of more than 1 MiB': [`${HEADER},${'x'.repeat(1_100_000)}\n`, 'the header is longer than 1 MiB'],
};

/** Rows that are invalid, with what is said about them. They stand between two good ones. */
const INVALID: Readonly<Record<string, readonly [string | Buffer, RegExp]>> = {
  'fewer fields than the header': ['tour,x,0.5,e1', /column scoredAt: the row has more or fewer fields/],
  'more fields than the header': [`${aLine('x')},more`, /column number 6: the row has more or fewer fields/],
  'a misplaced quote': ['tour,x"y,0.5,e1,2026-01-01T00:00:00Z', /column memberId: a quote is misplaced/],
  'bytes that are not UTF-8': [
    bytes('tour,', [0xc3, 0x28], ',0.5,e1,2026-01-01T00:00:00Z'),
    /column memberId: the row is not valid UTF-8/,
  ],
  'a field of 5 MB': [
    aLine('x', { preferences: 'e'.repeat(5_000_000) }),
    /column preferences: the row is longer than 1 MiB/,
  ],
  'a value that breaks the grammar': [aLine('x', { score: '1e0' }), /column score: must be a decimal/],
  'a campaign that does not exist': [
    aLine('x', { campaignId: 'none' }),
    /column campaignId: there is no such campaign/,
  ],
  'a campaign that is called ..': [aLine('x', { campaignId: '..' }), /column campaignId: there is no such campaign/],
};

describe('a score file', () => {
  for (const [what, [body, rows]] of Object.entries(GOOD)) {
    it(`loads ${what}`, async (context) => {
      const { load, records, letters } = setUpLoading(context);
      const { loads } = await load('a.csv', body);
      assert.deepEqual({ state: loads[0]?.state, count: loads[0]?.count }, { state: 'done', count: counts(rows) });
      assert.deepEqual(members(await records()), ['a', 'b'].slice(0, rows));
      assert.deepEqual(await letters(), []);
    });
  }

  for (const [what, [body, reason]] of Object.entries(REJECTED)) {
    it(`is rejected with a reason, and nothing of it is loaded, when it ${what}`, async (context) => {
      const { load, records } = setUpLoading(context);
      const { loads, count } = await load('a.csv', body);
      assert.equal(loads[0]?.state, 'rejected');
      assert.ok(loads[0]?.reason?.startsWith(reason), loads[0]?.reason);
      assert.deepEqual({ count, records: await records() }, { count: counts(0), records: [] });
    });
  }

  for (const [what, [row, reason]] of Object.entries(INVALID)) {
    it(`goes on behind a row with ${what}, which becomes a dead letter`, async (context) => {
      const { load, records, letters } = setUpLoading(context);
      const { loads } = await load('a.csv', bytes(`${HEADER}\n${aLine('a')}\n`, row as string, `\n${aLine('b')}\n`));
      assert.deepEqual({ state: loads[0]?.state, count: loads[0]?.count }, { state: 'done', count: counts(3, 1) });
      assert.deepEqual(members(await records()), ['a', 'b']);
      const [letter, ...others] = await letters();
      assert.deepEqual(others, []);
      assert.match(letter?.reason ?? '', reason);
      assert.match(letter?.reason ?? '', /^a\.csv line 3, /);
    });
  }

  const cut = gzipSync(aFile(...Array.from({ length: 5_000 }, (_, at) => aLine(`m${at}`, { score: `0.${at}` }))));
  const unreadable: Readonly<Record<string, readonly [string | Buffer, RegExp]>> = {
    'a quote is never closed': [`${aFile(aLine('a'))}"tour,b\nand on`, /^a quote is not closed at line 3, byte \d+$/],
    'its gzip data ends too early': [cut.subarray(0, -8), /^the gzip data ends too early at line \d+, byte \d+$/],
    'its gzip data ends in front of the header': [
      cut.subarray(0, 12),
      /^the gzip data ends too early at line 1, byte 0$/,
    ],
    'its gzip data is damaged': [Buffer.concat([gzipSync(aFile(aLine('a'))), Buffer.from([1, 2, 3])]), /gzip|line/],
  };
  for (const [what, [body, reason]] of Object.entries(unreadable)) {
    it(`fails with the position, keeps what was read and removes nothing, when ${what}`, async (context) => {
      const { load, records } = setUpLoading(context);
      await load('a.csv', aFile(aLine('before')));
      const { loads, batchItemFailures = [] } = await load('a.csv', body);
      if (what !== 'its gzip data is damaged') assert.equal(loads[0]?.state, 'failed', what);
      assert.match(loads[0]?.reason ?? 'line', reason);
      assert.deepEqual(batchItemFailures, []);
      assert.ok((await records()).every(({ type }) => type === 'score' || what === 'its gzip data is damaged'));
    });
  }

  it('is called by any name, also by names that look like paths or are written with percent signs', async (context) => {
    const { load, sent } = setUpLoading(context);
    const keys = [
      '../../etc/passwd',
      '/a.csv',
      'a b+c.csv',
      '100%.csv',
      '%2e%2e%2f.csv',
      'ü/日本.csv',
      "it's (1)!~*.csv",
    ];
    for (const key of keys) {
      const { loads } = await load(key, aFile(aLine('a')));
      assert.deepEqual({ key: loads[0]?.key, state: loads[0]?.state }, { key, state: 'done' });
    }
    assert.equal((await sent('verdictReporterQueue')).length, keys.length);
  });
});

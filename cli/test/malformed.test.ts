import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { temporaryDirectory } from '@verifiedfan/test-utils';
import { type Ran, runHere } from './support/run-here.ts';
import { CAMPAIGN, EXAMPLE_ROWS, scoreFile, writeExample } from './support/score-files.ts';

type FileReport = { key: string; state: string; reason?: string; count: Record<string, number> };
type Letter = { worker: string; position: string; reason: string };

const GOOD = EXAMPLE_ROWS.slice(0, 2);
const TEXT = scoreFile(GOOD);
const [HEADER = '', ADA = '', BOB = ''] = TEXT.split('\n');
const bytes = (...parts: (string | number[])[]): Buffer =>
  Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : Buffer.from(part))));
const lines = (...all: string[]): string => `${all.join('\n')}\n`;
const withEmail = (email: string): string => ADA.replace('ada@example.com', email);

const directory = temporaryDirectory();
const run = (...argv: string[]): Promise<Ran> => runHere(argv, { directory: directory.path });

/** Loads one file; tells how the file ended, with which exit code, and which dead letters are its own. */
const load = async (name: string, content: string | Buffer) => {
  writeFileSync(directory.join(name), content);
  const { code, json } = await run('load', name, '--json');
  const [file, ...others] = json<{ files: FileReport[] }>().files;
  assert.deepEqual([file?.key, others.length], [name, 0]);
  const all = (await run('dead-letters', '--json')).json<Letter[]>();
  const letters = all.filter(({ position }) => position.startsWith(`scoringBucket/${name}@`));
  return { code, ...file, letters };
};

const countOf = (read: number, invalid: number, out: number) => {
  const valid = read - invalid;
  return { in: read, valid, invalid, filtered: valid - out, out, failed: 0 };
};

describe('a file that is rejected: exit code 1, a reason, nothing loaded, no dead letters', () => {
  before(async () => {
    await writeExample(directory.path);
    assert.equal((await run('campaign', 'import', 'campaign.json')).code, 0);
  });

  const REJECTED: readonly (readonly [what: string, content: string | Buffer, reason: RegExp])[] = [
    ['an empty file', '', /header|empty/],
    ['a byte order mark alone', '\uFEFF', /header|empty/],
    ['a header that lacks a column', TEXT.replace('scoredAt', 'when'), /scoredAt/],
    ['a header that names a column twice', lines(`${HEADER},score`, `${ADA},0.5`), /twice.*score/],
    ['a header that is not UTF-8', bytes('campaignId,', [0xff, 0xfe], ',memberId\n'), /UTF-8/],
    ['UTF-16', Buffer.from(TEXT, 'utf16le'), /./],
    ['something that is no CSV at all', bytes([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13]), /./],
    ['rows without a header', lines(ADA, BOB), /./],
  ];
  for (const [at, [what, content, reason]] of REJECTED.entries()) {
    it(what, async () => {
      const file = await load(`rejected-${at}.csv`, content);
      assert.deepEqual([file.code, file.state, file.letters], [1, 'rejected', []]);
      assert.match(file.reason ?? '', reason);
      assert.doesNotMatch(file.reason ?? '', /ada@|\+1202555/);
      assert.equal((await run('rows', CAMPAIGN)).out, '');
    });
  }
});

describe('a file that cannot be read to its end: exit code 1, state failed, the position; what was read stays', () => {
  const FAILED: readonly (readonly [what: string, name: string, content: string | Buffer, reason: RegExp])[] = [
    [
      'an unclosed quote',
      'quote.csv',
      `${TEXT}${withEmail('"ada@example.com')}\n${BOB}\n`,
      /quote is not closed at line 4/,
    ],
    ['a gzip that was cut off', 'cut.csv.gz', gzipSync(TEXT.repeat(1)).subarray(0, -12), /gzip|truncated|end/],
    [
      'a gzip with a wrong checksum',
      'sum.csv.gz',
      Buffer.concat([gzipSync(TEXT).subarray(0, -8), Buffer.alloc(8)]),
      /gzip/,
    ],
  ];
  for (const [what, name, content, reason] of FAILED) {
    it(what, async () => {
      const file = await load(name, content);
      assert.deepEqual([file.code, file.state], [1, 'failed']);
      assert.match(file.reason ?? '', reason);
      assert.doesNotMatch(file.reason ?? '', /ada@|\+1202555/);
      const recounted = await run('recount', CAMPAIGN, '--json');
      assert.equal(recounted.code, 0);
      assert.equal((await run('resume', '--json')).json<{ files: object[] }>().files.length, 0, 'it is tried no more');
    });
  }

  it('is done once the whole file comes under the same key', async () => {
    const file = await load('quote.csv', TEXT);
    assert.deepEqual([file.code, file.state, file.count], [0, 'done', countOf(2, 0, 2)]);
    const members = (await run('rows', CAMPAIGN)).lines().map(({ memberId }) => memberId);
    assert.deepEqual(members, ['ada', 'bob']);
  });
});

describe('a file with rows that are wrong: exit code 0, a dead letter for each with line and reason, the others loaded', () => {
  after(() => directory.remove());

  const INVALID: readonly (readonly [what: string, content: string | Buffer, letter: RegExp])[] = [
    ['bytes that are not UTF-8', bytes(`${HEADER}\n`, withEmail('ad'), [0xc3, 0x28], `\n${BOB}\n`), /line 2.*UTF-8/],
    ['a field of 5 MB', lines(HEADER, withEmail('a'.repeat(5_242_880)), BOB), /line 2.*(1 MiB|1,048,576|1048576)/],
    [
      'a quoted field of 5 MB',
      lines(HEADER, withEmail(`"${'a\n'.repeat(2_621_440)}"`), BOB),
      /line 2.*(1 MiB|1,048,576|1048576)/,
    ],
    ['a field too many', lines(HEADER, `${ADA},more`, BOB), /line 2.*13.*12|line 2.*fields/],
    ['a field too few', lines(HEADER, 'tour-2027,ada', BOB), /line 2.*fields/],
    ['a campaign that does not exist', lines(HEADER, ADA.replace(CAMPAIGN, 'never-heard-of'), BOB), /line 2.*campaign/],
    ['NUL bytes', bytes(`${HEADER}\n`, ADA.replace('ada,', 'a\u0000a,'), `\n${BOB}\n`), /line 2, column memberId/],
  ];
  for (const [at, [what, content, letter]] of INVALID.entries()) {
    it(what, async () => {
      const file = await load(`invalid-${at}.csv`, content);
      assert.deepEqual([file.code, file.state, file.count], [0, 'done', countOf(2, 1, 1)]);
      assert.equal(file.letters.length, 1);
      assert.equal(file.letters[0]?.worker, 'loadScoresToStream');
      assert.match(file.letters[0]?.reason ?? '', letter);
      assert.ok((file.letters[0]?.reason.length ?? 0) < 300, 'a reason holds no value');
    });
  }

  it('loads names with every kind of character under their own keys', async () => {
    const names = ['with space.csv', '50%25.csv', 'a+b.csv', 'ü&é.csv', '..hidden.csv', '#1?.csv'];
    for (const name of names) {
      const file = await load(name, TEXT);
      assert.deepEqual([file.code, file.state, file.key], [0, 'done', name]);
    }
  });

  it('goes by the bytes of a file and not by its name', async () => {
    assert.equal((await load('plain.csv.gz', TEXT)).state, 'done');
    assert.equal((await load('packed.csv', gzipSync(TEXT))).state, 'done');
  });

  it('reports good and bad files of one command side by side, and ends with 1', async () => {
    writeFileSync(directory.join('good.csv'), TEXT);
    writeFileSync(directory.join('bad.csv'), '');
    const { code, json } = await run('load', 'good.csv', 'bad.csv', '--json');
    const states = json<{ files: FileReport[] }>().files.map(({ key, state }) => [key, state]);
    assert.equal(code, 1);
    assert.deepEqual(states.sort(), [
      ['bad.csv', 'rejected'],
      ['good.csv', 'done'],
    ]);
  });
});

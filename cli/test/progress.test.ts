import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { createManualClock, temporaryDirectory } from '@verifiedfan/test-utils';
import { CLEAR_LINE, createProgress } from '../src/output/progress.ts';
import { formatTable } from '../src/output/table.ts';
import { runHere } from './support/run-here.ts';

const directory = temporaryDirectory();
const onsale = (seed: string, interactive: boolean) =>
  runHere(['onsale', '--registrants', '1500', '--seed', seed], { directory: directory.path, interactive });

describe('progress of long work', () => {
  before(() => writeFileSync(directory.join('keep'), ''));
  after(() => directory.remove());

  it('is a bar in a terminal, drawn over itself and over no log line, and a table at the end', async () => {
    const { code, out, err } = await onsale('1', true);
    assert.equal(code, 0, err);
    const drawn = err.split(CLEAR_LINE).filter((text) => text.startsWith('scored'));
    assert.ok(drawn.length >= 2, 'it was drawn more than once');
    for (const text of drawn) assert.match(text, /^scored {2}█*░* {2}\d+ % {2}[\d,]+ of 1,500 {2}[\d,]+\/s\n?$/);
    assert.match(drawn.at(-1) ?? '', /\n$/, 'the last state stays');
    assert.equal(drawn.filter((text) => text.endsWith('\n')).length, 1, 'the others are drawn over');
    // Whatever else is written, a log line for one, begins on a line that was cleared.
    for (const log of err.matchAll(/\{"level"/g))
      assert.equal(err.slice(0, log.index).endsWith(CLEAR_LINE), true, err.slice(log.index - 80, log.index + 40));
    assert.match(out, /onsale-1500-1\.csv +done +1,500/);
    assert.ok(!out.includes('\u001b') && !out.includes('\r'), 'standard output is plain');
  });

  it('is plain lines elsewhere', async () => {
    const { code, out, err } = await onsale('2', false);
    assert.equal(code, 0, err);
    const lines = err.split('\n').filter((line) => line.startsWith('scored'));
    assert.ok(lines.length >= 1);
    for (const line of lines) assert.match(line, /^scored {2}\d+ % {2}[\d,]+ of 1,500 {2}[\d,]+\/s$/);
    assert.ok(!err.includes('\u001b') && !err.includes('\r') && !err.includes('█'));
    assert.match(out, /onsale-1500-2\.csv +done/);
  });

  it('is drawn no more often than a person can read, and never beyond all', async () => {
    for (const [interactive, everyMs] of [
      [true, 100],
      [false, 2_000],
    ] as const) {
      const clock = createManualClock();
      const texts: string[] = [];
      const io = { interactive, error: (text: string) => void texts.push(text) };
      const progress = createProgress({ io, clock, label: 'scored', total: 10 });
      progress.to(1);
      progress.to(2);
      assert.equal(texts.length, 1);
      await clock.advance(everyMs - 1);
      progress.to(3);
      assert.equal(texts.length, 1);
      await clock.advance(1);
      progress.to(25);
      assert.equal(texts.length, 2);
      assert.match(texts[1] ?? '', /100 % {2}25 of 10/);
      progress.end();
      assert.equal(texts.length, interactive ? 3 : 2);
    }
  });

  it('has no share where the end is not known, and is silent when nothing was done', () => {
    const texts: string[] = [];
    const io = { interactive: true, error: (text: string) => void texts.push(text) };
    const clock = createManualClock();
    createProgress({ io, clock, label: 'scored' }).end();
    assert.deepEqual(texts, []);
    const progress = createProgress({ io, clock, label: 'scored' });
    progress.to(1_234);
    assert.match(texts[0] ?? '', /scored {2}1,234 {2}[\d,]+\/s$/);
  });
});

describe('tables', () => {
  it('line up texts to the left and numbers to the right, with no blanks at the end', () => {
    const rows = [
      ['short', 5],
      ['a longer one', 12_345],
    ];
    assert.deepEqual(formatTable(['name', 'rows'], rows).split('\n'), [
      'name            rows',
      '────────────  ──────',
      'short              5',
      'a longer one  12,345',
      '',
    ]);
    assert.equal(formatTable(['name', 'rows'], []), 'name  rows\n────  ────\n');
  });
});

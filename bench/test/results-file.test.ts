import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { BenchReport } from '../result.ts';
import { formatReport, withSection } from '../results-file.ts';

const aReport = (benchmark: string, ratio: number, given = ''): BenchReport => ({
  benchmark,
  command: `npm run bench -- ${benchmark}${given}`,
  date: '2026-01-05',
  machine: { cores: 2, processor: 'a processor', memoryGibibytes: 8, platform: 'linux', node: '24.0.0' },
  results: [{ name: 'a thing', ratio, bar: 1, unit: 'rows/s', ours: 12_345.6, theirs: 2.5, detail: { rounds: 3 } }],
});

describe('the file of results', () => {
  it('replaces the section of the same command and leaves the others in their order', () => {
    const first = withSection(withSection('', aReport('csv', 1)), aReport('log', 2));
    const again = withSection(first, aReport('csv', 3));
    assert.deepEqual(again.match(/^## .*$/gm), ['## csv', '## log']);
    assert.match(again, /\*\*3\.00\*\*/);
    assert.doesNotMatch(again, /\*\*1\.00\*\*/);
  });

  it('keeps a quick look apart from the full run', () => {
    const text = withSection(withSection('', aReport('onsale', 1)), aReport('onsale', 2, ' --registrants 20000'));
    assert.deepEqual(text.match(/^## .*$/gm), ['## onsale', '## onsale --registrants 20000']);
  });

  it('is the same file when the same results are written again', () => {
    const once = withSection('', aReport('csv', 1));
    assert.equal(withSection(once, aReport('csv', 1)), once);
  });
});

describe('what the terminal shows', () => {
  it('begins with the ratio and says when the bar is missed', () => {
    assert.match(formatReport(aReport('csv', 0.9)), /^0\.90×.*missed/);
    assert.match(formatReport(aReport('csv', 1)), /^1\.00×.*met/);
  });

  it('shows large numbers whole, small ones with three digits', () => {
    assert.match(formatReport(aReport('csv', 1)), /ours 12,346, theirs 2\.50 rows\/s/);
  });
});

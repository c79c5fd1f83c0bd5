import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { safeParse } from '@verifiedfan/schema';
import { scoringBodySchema, scoringInput } from '../src/scoring-input.ts';

const row = {
  memberId: 'm1',
  rank: 0,
  events: ['e1', 'e2'],
  score: 0.5,
  isVerified: true,
  verdict: 'selected',
  scoredAt: '2026-01-01T00:00:00Z',
  modelVersion: 'v1',
  file: 'f1',
  load: 1,
  line: 2,
};
const withdrawal = { memberId: 'm1', file: 'f1', load: 2 };
const body = { campaignId: 'c1', scores: [row], withdrawals: [withdrawal] };
const withRow = (change: Record<string, unknown>) => ({ ...body, scores: [row, { ...row, ...change }] });
const without = (name: string) => ({
  ...body,
  scores: [Object.fromEntries(Object.entries(row).filter(([key]) => key !== name))],
});

const GOOD: unknown[] = [
  body,
  { campaignId: 'c1', scores: [] },
  without('isVerified'),
  without('modelVersion'),
  withRow({ rank: null, events: [] }),
  withRow({ score: 0 }),
  withRow({ score: 1 }),
  withRow({ rank: 7, load: 0, line: 0 }),
];
const BAD: unknown[] = [
  null,
  [],
  'text',
  {},
  { ...body, extra: 1 },
  { ...body, campaignId: 'a b' },
  { ...body, campaignId: undefined },
  { ...body, scores: {} },
  { ...body, scores: [null] },
  { ...body, scores: [[]] },
  { ...body, withdrawals: null },
  { ...body, withdrawals: [{ ...withdrawal, line: 1 }] },
  { ...body, withdrawals: [{ memberId: 'm1', file: 'f1' }] },
  ...Object.keys(row)
    .filter((name) => name !== 'isVerified' && name !== 'modelVersion')
    .map(without),
  withRow({ colour: 1 }),
  withRow({ memberId: '' }),
  withRow({ memberId: '__proto__' }),
  withRow({ memberId: 5 }),
  withRow({ rank: -1 }),
  withRow({ rank: 0.5 }),
  withRow({ rank: '0' }),
  withRow({ events: 'e1' }),
  withRow({ events: ['a b'] }),
  withRow({ events: Array.from({ length: 1_001 }, () => 'e1') }),
  withRow({ score: -0.01 }),
  withRow({ score: 1.01 }),
  withRow({ score: Number.NaN }),
  withRow({ score: '0.5' }),
  withRow({ isVerified: 'true' }),
  withRow({ isVerified: null }),
  withRow({ verdict: 'maybe' }),
  withRow({ scoredAt: '2026-02-30T00:00:00Z' }),
  withRow({ scoredAt: '2026-01-01' }),
  withRow({ modelVersion: 'x'.repeat(65) }),
  withRow({ file: '' }),
  withRow({ load: 1.5 }),
  withRow({ line: -1 }),
  withRow({ line: 2 ** 53 }),
];

describe('the body of POST /scoring', () => {
  it('is checked by hand exactly as its schema says', () => {
    for (const value of GOOD) {
      assert.equal(safeParse(scoringBodySchema, value).ok, true, JSON.stringify(value));
      assert.equal(scoringInput.check(value).ok, true, JSON.stringify(value));
    }
    for (const value of BAD) {
      assert.equal(safeParse(scoringBodySchema, value).ok, false, JSON.stringify(value));
      assert.equal(scoringInput.check(value).ok, false, JSON.stringify(value));
    }
  });

  it('points at the field and repeats no value', () => {
    const result = scoringInput.check(withRow({ memberId: 'fan@example.com', 'fan@example.com': 1, score: 5 }));
    assert.ok(!result.ok);
    assert.deepEqual(
      result.details.map(({ pointer, rule }) => `${pointer} ${rule}`),
      ['/scores/1/memberId invalid_value', '/scores/1/score invalid_value', '/scores/1 unknown_field'],
    );
    assert.doesNotMatch(JSON.stringify(result), /fan@/);
  });

  it('builds equal contents from rows that name their fields in another order', () => {
    const reversed = { ...body, scores: [Object.fromEntries(Object.entries(row).toReversed())] };
    const [one, other] = [scoringInput.check(body), scoringInput.check(reversed)];
    assert.equal(JSON.stringify(one), JSON.stringify(other));
  });
});

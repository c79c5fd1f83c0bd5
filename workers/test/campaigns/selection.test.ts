import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Campaign } from '@verifiedfan/campaign-client';
import type { Item } from '@verifiedfan/ports';
import { countRows } from '../../campaigns/selection-refresh/count-rows.ts';
import {
  type Eligibility,
  eligibleIn,
  emptyProfile,
  hundredthsOf,
  type ScoreProfile,
} from '../../campaigns/selection-refresh/profile.ts';
import { sameSelection, selectionOf } from '../../campaigns/selection-refresh/selection.ts';

const NOW = '2026-01-05T10:00:00.000Z';

/** So many verified members with the best score. */
const profileOf = (verified: number): ScoreProfile => {
  const profile = emptyProfile();
  profile.verified[100] = verified;
  return profile;
};

type Inputs = {
  eligible: number;
  capacity: number;
  market?: 'ACTIVE' | 'CLOSED';
  campaign?: Campaign['status'];
};

const selectionFor = ({ eligible, capacity, market = 'ACTIVE', campaign = 'CLOSED' }: Inputs) =>
  selectionOf({
    campaign: { status: campaign },
    market: { status: market, version: 4 },
    rules: { minScore: 0.5, requireVerified: false, capacity, ruleVersion: 3 },
    profile: profileOf(eligible),
    scoresVersion: 7,
    computedAt: NOW,
  });

describe('selectionOf', () => {
  const table: [eligible: number, capacity: number, status: string][] = [
    [0, 100, 'undersubscribed'],
    [89, 100, 'undersubscribed'],
    [90, 100, 'balanced'],
    [100, 100, 'balanced'],
    [101, 100, 'oversubscribed'],
    [8, 10, 'undersubscribed'],
    [9, 10, 'balanced'],
    [62, 70, 'undersubscribed'],
    [63, 70, 'balanced'],
    [0, 1, 'undersubscribed'],
    [1, 1, 'balanced'],
    [2, 1, 'oversubscribed'],
    [1_799_999, 2_000_000, 'undersubscribed'],
    [1_800_000, 2_000_000, 'balanced'],
  ];
  for (const [eligible, capacity, status] of table) {
    it(`calls ${eligible} for ${capacity} places ${status}`, () => {
      const { computedAt, ...selection } = selectionFor({ eligible, capacity });
      assert.deepEqual(selection, { eligible, capacity, status, ruleVersion: 3, marketVersion: 4, scoresVersion: 7 });
      assert.equal(computedAt, NOW);
    });
  }

  it('is closed when the market or the campaign is not on sale any more, and counts all the same', () => {
    const statuses = (['DRAFT', 'OPEN', 'CLOSED', 'INACTIVE'] as const).map(
      (campaign) => selectionFor({ eligible: 5, capacity: 5, campaign }).status,
    );
    assert.deepEqual(statuses, ['balanced', 'balanced', 'balanced', 'closed']);
    const { status, eligible } = selectionFor({ eligible: 5, capacity: 5, market: 'CLOSED' });
    assert.deepEqual([status, eligible], ['closed', 5]);
  });

  it('is the same of the same inputs, apart from when it was computed', () => {
    const selection = selectionFor({ eligible: 5, capacity: 5 });
    assert.ok(sameSelection({ ...selection, computedAt: 'another time' }, selection));
    assert.ok(!sameSelection({ ...selection, scoresVersion: 8 }, selection));
    assert.ok(!sameSelection(undefined, selection));
  });
});

describe('a score profile', () => {
  it('puts every hundredth into its own place, and what lies between into the lower one', () => {
    for (let at = 0; at <= 100; at += 1) {
      const decimal = (at / 100).toFixed(2);
      assert.equal(hundredthsOf(Number(decimal)), at, decimal);
      if (at < 100) assert.equal(hundredthsOf(Number(`${decimal}9999999`)), at, `${decimal}9999999`);
    }
  });

  it('answers rules as a comparison of the scores themselves would, for any score', async () => {
    const scores = Array.from({ length: 10_001 }, (_, at) => at / 10_000);
    const rows = scores.map((score, at) => ({ PK: '', SK: '', score, isVerified: at % 3 === 0, events: ['e'] }));
    const { profiles } = await countRows(stream(rows), ['e'], new AbortController().signal);
    const profile = profiles.get('e') ?? emptyProfile();
    for (let least = 0; least <= 100; least += 1) {
      const minScore = Number((least / 100).toFixed(2));
      for (const requireVerified of [true, false]) {
        const rules: Eligibility = { minScore, requireVerified };
        const expected = rows.filter(({ score, isVerified }) => score >= minScore && (isVerified || !requireVerified));
        assert.equal(eligibleIn(profile, rules), expected.length, JSON.stringify(rules));
      }
    }
  });

  it('counts a member once for each event that the member lists, verified only if that is known', async () => {
    const member = (events: unknown, isVerified?: boolean) =>
      ({ PK: '', SK: '', score: 0.5, events, isVerified }) as Item;
    const rows = [member(['a', 'b', 'a'], true), member(['b', 'x'], false), member(['b']), member([]), member('b')];
    const { profiles, rows: read } = await countRows(stream(rows), ['a', 'b', 'c'], new AbortController().signal);
    const counts = (event: string) => {
      const { verified, others } = profiles.get(event) ?? emptyProfile();
      return [verified[50], others[50]];
    };
    assert.deepEqual([counts('a'), counts('b'), counts('c'), read], [[1, 0], [1, 2], [0, 0], 5]);
  });

  it('passes over rows whose score is none', async () => {
    const rows = [Number.NaN, -0.1, 1.1, '0.5', null, undefined].map((score) => ({ score, events: ['a'] }) as never);
    const { profiles } = await countRows(stream(rows), ['a'], new AbortController().signal);
    assert.equal(eligibleIn(profiles.get('a') ?? emptyProfile(), { minScore: 0, requireVerified: false }), 0);
  });

  it('is given up when the process is asked to stop', async () => {
    const rows = [{ PK: '', SK: '', score: 0.5, events: ['a'] }];
    await assert.rejects(countRows(stream(rows), ['a'], AbortSignal.abort()), { name: 'AbortError' });
  });
});

async function* stream<Row>(rows: readonly Row[]): AsyncIterable<Row> {
  yield* rows;
}

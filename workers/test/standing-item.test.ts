import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { JsonObject } from '@verifiedfan/ports';
import { type Standing, settle, withdraw } from '@verifiedfan/standing';
import { VERDICTS } from '../scoring/domain/score-row.ts';
import { claimOf, itemOf, revisionOf, standingOf } from '../scoring/domain/standing-item.ts';
import { type Chance, createChance } from './support/chance.ts';
import { aScore } from './support/scoring.ts';

const KEY = { PK: 'campaign:tour', SK: 'member:ann' };

const anyScore = (chance: Chance) => {
  const optional = chance.percent(50)
    ? { isVerified: chance.percent(50), sid: 's1', globalUserId: 'g1', modelVersion: 'v1' }
    : {};
  return aScore({
    ...optional,
    score: chance.between(0, 4) / 4,
    verdict: chance.oneOf(VERDICTS),
    scoredAt: chance.oneOf(['2026-01-01T00:00:00Z', '2026-01-01T01:00:00+01:00', '2026-01-02T00:00:00.5Z']),
    file: chance.oneOf(['a', 'b', 'c']),
    load: chance.between(1, 5),
    line: chance.between(2, 9),
  });
};

describe('a row that several files speak about', () => {
  it('is read back as it was written, for any standing', () => {
    const chance = createChance('standing items');
    let standing: Standing<JsonObject> | undefined;
    for (let step = 1; step < 2_000; step += 1) {
      standing = chance.percent(20)
        ? withdraw(standing, { file: chance.oneOf(['a', 'b', 'c']), belowLoad: chance.between(1, 6) }).standing
        : settle(standing, claimOf(anyScore(chance))).standing;
      if (standing === undefined) continue;
      const stored = JSON.parse(JSON.stringify(itemOf(KEY, standing, step, { campaign: { name: 'x' } })));
      assert.deepEqual(standingOf(stored), standing);
      assert.equal(revisionOf(stored), step);
    }
  });

  it('shows the content of the claim that holds at its top, and no list of others when there are none', () => {
    const { standing } = settle(undefined, claimOf(aScore({ isVerified: true })));
    const { score, isVerified, others, revision } = itemOf(KEY, standing, 1);
    assert.deepEqual(
      { score, isVerified, others, revision },
      { score: 0.5, isVerified: true, others: undefined, revision: undefined },
    );
  });

  it('has equal contents for equal scores, whatever upload, line or instant they come from', () => {
    const content = claimOf(aScore()).content;
    assert.deepEqual(claimOf(aScore({ load: 9, line: 9, scoredAt: '2026-05-05T00:00:00Z' })).content, content);
    assert.notDeepEqual(claimOf(aScore({ isVerified: false })).content, content);
  });

  it('holds no e-mail address and no hash of one', () => {
    const item = itemOf(KEY, settle(undefined, claimOf(aScore({ emailKey: 'hash-of-ann' }))).standing, 1);
    assert.ok(!JSON.stringify(item).includes('hash-of-ann'));
  });
});

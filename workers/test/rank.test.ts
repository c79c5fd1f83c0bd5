import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isFiltered, rankPreferences } from '../scoring/domain/rank.ts';
import { createChance } from './support/chance.ts';

const rank = (preferences: string, offered: string) =>
  rankPreferences(preferences === '' ? [] : preferences.split('|'), new Set(offered.split('|')));

describe('the rank of a member', () => {
  const cases = {
    'is 0 when the first wish is offered': ['e1|e2', 'e1|e2', { events: ['e1', 'e2'], rank: 0 }],
    'is the place of the first wish that is offered, in the list as the member gave it': [
      'x|y|e1',
      'e1',
      { events: ['e1'], rank: 2 },
    ],
    'does not move up for wishes that stand twice': ['x|x|e1|e1', 'e1', { events: ['e1'], rank: 2 }],
    'keeps the order of the member, not that of the campaign': [
      'e3|e1|e2',
      'e1|e2|e3',
      { events: ['e3', 'e1', 'e2'], rank: 0 },
    ],
    'is null without a wish': ['', 'e1', { events: [], rank: null }],
    'is null when nothing wished for is offered': ['x|y', 'e1', { events: [], rank: null }],
  } as const;
  for (const [what, [preferences, offered, expected]] of Object.entries(cases)) {
    it(what, () => assert.deepEqual(rank(preferences, offered), expected));
  }

  it('is the same however the campaign lists its events, for any lists', () => {
    const chance = createChance('ranks');
    for (let round = 0; round < 500; round += 1) {
      const events = Array.from({ length: 6 }, (_, at) => `e${at}`);
      const wishes = Array.from({ length: chance.between(0, 8) }, () => chance.oneOf(events));
      const offered = chance.shuffled(events).slice(0, chance.between(0, 6));
      const ranked = rankPreferences(wishes, new Set(offered));
      assert.deepEqual(rankPreferences(wishes, new Set(chance.shuffled(offered))), ranked);
      assert.equal(new Set(ranked.events).size, ranked.events.length, 'no event twice');
      assert.ok(ranked.events.every((event) => offered.includes(event) && wishes.includes(event)));
      assert.equal(ranked.rank, ranked.events[0] === undefined ? null : wishes.indexOf(ranked.events[0]));
    }
  });
});

describe('the filter by rank', () => {
  it('lets through up to the largest rank, it included', () => {
    assert.deepEqual(
      [0, 1, 2, null].map((each) => isFiltered(each, { maxRank: 1 })),
      [false, false, true, true],
    );
  });

  it('lets every rank through without a largest one, but not a member without any', () => {
    assert.deepEqual(
      [0, 999, null].map((each) => isFiltered(each, {})),
      [false, false, true],
    );
  });
});

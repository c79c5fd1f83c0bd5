import assert from 'node:assert/strict';
import type { MarketView } from '@verifiedfan/campaign-service';
import type { Item } from '@verifiedfan/ports';
import { readScoresVersion } from '../../../scoring/domain/scores-version.ts';
import { allRows } from '../../support/observed.ts';
import type { SelectionHistory } from './selection-history.ts';

/** Counted in the plainest way, from the rows themselves. */
const expectedFor = (
  rows: readonly Item[],
  { eventId, status, selectionRules, version }: MarketView,
  scoresVersion: number,
) => {
  if (selectionRules === undefined) return undefined;
  const { minScore, requireVerified, capacity, ruleVersion } = selectionRules;
  const listed = rows.filter(({ events }) => (events as string[]).includes(eventId));
  const eligible = listed.filter(
    ({ score, isVerified }) => (score as number) >= minScore && (isVerified === true || !requireVerified),
  ).length;
  const share = eligible / capacity;
  const named = share < 0.9 ? 'undersubscribed' : share > 1 ? 'oversubscribed' : 'balanced';
  return {
    eligible,
    capacity,
    status: status === 'CLOSED' ? 'closed' : named,
    ruleVersion,
    marketVersion: version,
    scoresVersion,
  };
};

export const assertSelections = async ({ platform, campaign, letters }: SelectionHistory): Promise<void> => {
  const table = platform.table('demandTable');
  const scoresVersion = await readScoresVersion(table, campaign._id);
  const rows = (await allRows(table)).filter(
    ({ PK, SK }) => PK === `campaign:${campaign._id}` && SK.startsWith('member:'),
  );
  for (const market of campaign.markets) {
    const { computedAt: _at, ...selection } = market.selection ?? {};
    const expected = expectedFor(rows, market, scoresVersion);
    assert.deepEqual(market.selection === undefined ? undefined : selection, expected, market.eventId);
  }
  assert.equal(letters, 0, 'nothing is given up');
};

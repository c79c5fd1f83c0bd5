import type { Campaign, Market, Selection, SelectionRules } from '@verifiedfan/campaign-client';
import { eligibleIn, type ScoreProfile } from './profile.ts';

/** Below this part of the capacity, in percent, there is room for more registrations. */
export const UNDERSUBSCRIBED_BELOW_PERCENT = 90;

export type SelectionStatus = Selection['status'];

/** Whole numbers on both sides: 90 % of 10 is 9, and 0.9 × 10 is not always. */
const statusOf = (eligible: number, capacity: number): SelectionStatus => {
  if (eligible * 100 < capacity * UNDERSUBSCRIBED_BELOW_PERCENT) return 'undersubscribed';
  return eligible > capacity ? 'oversubscribed' : 'balanced';
};

export type SelectionInputs = {
  campaign: Pick<Campaign, 'status'>;
  market: Pick<Market, 'status' | 'version'>;
  rules: SelectionRules;
  profile: ScoreProfile;
  scoresVersion: number;
  computedAt: string;
};

/**
 * What the rules of a market come to. A function of its inputs and of nothing else, so that it can be repeated and audited. `closed`: the
 * market or its whole campaign is not on sale any more; who would be eligible is told all the same.
 */
export const selectionOf = (inputs: SelectionInputs): Selection => {
  const { campaign, market, rules, profile, scoresVersion, computedAt } = inputs;
  const { capacity, ruleVersion } = rules;
  const eligible = eligibleIn(profile, rules);
  const isClosed = market.status === 'CLOSED' || campaign.status === 'INACTIVE';
  const status = isClosed ? 'closed' : statusOf(eligible, capacity);
  return { eligible, capacity, status, ruleVersion, marketVersion: market.version, scoresVersion, computedAt };
};

const COMPARED = ['eligible', 'capacity', 'status', 'ruleVersion', 'marketVersion', 'scoresVersion'] as const;

/** Whether both say the same of the same versions, whenever each was computed. */
export const sameSelection = (a: Selection | undefined, b: Selection): boolean =>
  a !== undefined && COMPARED.every((name) => a[name] === b[name]);

import type { Document } from '@verifiedfan/ports';
import type { LocalisedText } from '@verifiedfan/schema';
import type { Instant } from '../instant.ts';

/**
 * ACTIVE: the campaign offers this event. CLOSED: it does not any more, so preferences for it do not count. People close and reopen it;
 * in an INACTIVE campaign nothing is reopened or added.
 */
export const MARKET_STATUSES = ['ACTIVE', 'CLOSED'] as const;
export type MarketStatus = (typeof MARKET_STATUSES)[number];

/** Who of those who want to see the event is eligible, and for how many there is room. */
export type SelectionRules = {
  /** 0 to 1, at most two decimals. */
  minScore: number;
  requireVerified: boolean;
  capacity: number;
  /** The market's version with which these rules came. */
  ruleVersion: number;
};

export const SELECTION_STATUSES = ['closed', 'undersubscribed', 'balanced', 'oversubscribed'] as const;

/** What the rules come to, as a worker computed it from this version of the market and of the scores. */
export type Selection = {
  eligible: number;
  capacity: number;
  status: (typeof SELECTION_STATUSES)[number];
  ruleVersion: number;
  marketVersion: number;
  scoresVersion: number;
  computedAt: Instant;
};

/** Whether event and venue were found in the catalogue; where they were not looked for, why. */
export type CatalogueCheck = { checked: boolean; reason?: 'unavailable' | 'import'; at: Instant };

export type Market = Document & {
  _id: string;
  campaignId: string;
  /** What a market is known by inside its campaign; never changes. */
  eventId: string;
  name?: LocalisedText;
  venueId?: string;
  date?: { open?: Instant; close?: Instant; event?: Instant };
  status: MarketStatus;
  selectionRules?: SelectionRules;
  selection?: Selection;
  catalogue?: CatalogueCheck;
  /** The request that added it alone, if it had an `idempotency-key`. Never shown. */
  operation?: string;
  /** Its order in the campaign: rises from market to market, with gaps. */
  position: number;
  version: number;
};

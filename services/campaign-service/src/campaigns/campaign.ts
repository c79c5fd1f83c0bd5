import type { Document } from '@verifiedfan/ports';
import type { LocalisedText } from '@verifiedfan/schema';
import type { Instant } from '../instant.ts';
import type { SearchKeys } from './search-keys.ts';

export { MARKET_STATUSES, type Market, type MarketStatus } from '../markets/market.ts';
export type { Instant };

/** DRAFT until it opens, OPEN while fans register, CLOSED until it is a month old, INACTIVE then. Only the refresh moves it. */
export const CAMPAIGN_STATUSES = ['DRAFT', 'OPEN', 'CLOSED', 'INACTIVE'] as const;
export type CampaignStatus = (typeof CAMPAIGN_STATUSES)[number];

/** `open` and `close` are set by people; the others are recorded when it happens. */
export type CampaignDates = {
  open?: Instant;
  close?: Instant;
  opened?: Instant;
  closed?: Instant;
  inactivated?: Instant;
};

export type Campaign = Document & {
  _id: string;
  name: LocalisedText;
  description?: LocalisedText;
  status: CampaignStatus;
  date: CampaignDates;
  timezone?: string;
  locales?: string[];
  domain: { site?: string };
  /** Members whose first offered preference stands behind this place (from 0) are filtered. */
  maxRank?: number;
  promoterId?: string;
  artistIds?: string[];
  /** Each of them names this campaign in turn; in the order of their ids. */
  linkedCampaignIds?: string[];
  /** Derived from the name at each save. */
  search?: SearchKeys;
  /** Rises with every change of the campaign or its markets, from 1. */
  version: number;
  /** Rises with every publication, from 1; receivers put events in order by it. Shown in events only. */
  sequence?: number;
  /** The request that created it, if it had an `idempotency-key`. Never shown. */
  operation?: string;
  /** Subject of the token that created it; may read and change it. */
  createdBy: string;
  createdAt: Instant;
  updatedAt: Instant;
};

/** Words of the API that stand where an id could stand, and what clients take out of a path before they send it (WHATWG URL). */
export const RESERVED_IDS: ReadonlySet<string> = new Set(['refresh', 'import', '.', '..']);

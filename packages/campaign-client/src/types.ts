export type LocalisedText = string | Readonly<Record<string, string>>;

export type Market = {
  _id: string;
  campaignId: string;
  eventId: string;
  /** Only events of ACTIVE markets are on offer. */
  status: 'ACTIVE' | 'CLOSED';
  name?: LocalisedText;
  venueId?: string;
  date?: { open?: string; close?: string; event?: string };
  version: number;
};

/** A campaign with its markets in their order, as campaign-service shows it. Dates are ISO 8601 in UTC. */
export type Campaign = {
  _id: string;
  name: LocalisedText;
  description?: LocalisedText;
  status: 'DRAFT' | 'OPEN' | 'CLOSED' | 'INACTIVE';
  date: { open?: string; close?: string; opened?: string; closed?: string; inactivated?: string };
  timezone?: string;
  locales?: string[];
  domain: { site?: string };
  /** Members whose first offered preference stands behind this place (from 0) are filtered. */
  maxRank?: number;
  promoterId?: string;
  artistIds?: string[];
  version: number;
  createdAt: string;
  updatedAt: string;
  markets: Market[];
};

export type ImportOutcome = { _id: string; outcome: 'created' | 'updated' | 'unchanged'; version: number };

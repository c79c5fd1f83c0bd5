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
  /** Without them nobody is selected for this market. */
  selectionRules?: SelectionRules;
  /** As it was last computed; its versions say from what. */
  selection?: Selection;
  version: number;
};

/** Who is eligible: a member with this score or more, and verified where that is required. */
export type SelectionRules = {
  /** 0 to 1, at most two decimals. */
  minScore: number;
  requireVerified: boolean;
  /** How many can be selected. */
  capacity: number;
  /** Moves when the rules do. */
  ruleVersion: number;
};

export type Selection = {
  eligible: number;
  capacity: number;
  status: 'closed' | 'undersubscribed' | 'balanced' | 'oversubscribed';
  ruleVersion: number;
  marketVersion: number;
  scoresVersion: number;
  computedAt: string;
};

/** `stale`: the campaign, the market or the scores have moved on since the selection was computed; compute it again. */
export type SelectionAnswer = { applied: true } | { applied: false; reason: 'stale' };

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

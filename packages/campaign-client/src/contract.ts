// Generated from the code by `npm run docs`; do not edit.

export type RefreshResult = {
  opened: number;
  closed: number;
  inactivated: number;
  blocked: number;
  failed: number;
  details: {
    campaignId: string;
    outcome: 'blocked' | 'failed';
    reasons: {
      pointer: string;
      rule: string;
      message: string;
    }[];
  }[];
};

export type Campaign = {
  _id: string;
  name: string | Record<string, string>;
  description?: string | Record<string, string>;
  status: 'DRAFT' | 'OPEN' | 'CLOSED' | 'INACTIVE';
  date: {
    open?: string;
    close?: string;
    opened?: string;
    closed?: string;
    inactivated?: string;
  };
  timezone?: string;
  locales?: string[];
  domain: {
    site?: string;
  };
  /** Members whose first offered preference stands behind this place (from 0) are filtered */
  maxRank?: number;
  promoterId?: string;
  artistIds?: string[];
  linkedCampaignIds?: string[];
  version: number;
  createdAt: string;
  updatedAt: string;
  markets: Market[];
};

export type Market = {
  _id: string;
  campaignId: string;
  eventId: string;
  name?: string | Record<string, string>;
  venueId?: string;
  date?: {
    open?: string;
    close?: string;
    event?: string;
  };
  /** Only events of ACTIVE markets are on offer */
  status: 'ACTIVE' | 'CLOSED';
  selectionRules?: SelectionRules;
  selection?: Selection;
  catalogue?: {
    checked: boolean;
    reason?: 'unavailable' | 'import';
    at: string;
  };
  version: number;
};

export type SelectionRules = {
  minScore: number;
  requireVerified: boolean;
  capacity: number;
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

export type CampaignDocument = {
  _id?: string;
  name: string | Record<string, string>;
  description?: string | Record<string, string>;
  date?: {
    open?: string;
    close?: string;
  };
  /** A name of the IANA data base, or UTC */
  timezone?: string;
  locales?: string[];
  domain?: {
    /** A host in any spelling, without scheme, port and path */
    site?: string;
  };
  /** Members whose first offered preference stands behind this place (from 0) are filtered */
  maxRank?: number;
  promoterId?: string;
  artistIds?: string[];
  linkedCampaignIds?: string[];
  markets?: MarketDocument[];
};

export type MarketDocument = {
  eventId: string;
  name?: string | Record<string, string>;
  venueId?: string;
  date?: {
    open?: string;
    close?: string;
    event?: string;
  };
  /** Only events of ACTIVE markets are on offer */
  status?: 'ACTIVE' | 'CLOSED';
  selectionRules?: {
    minScore: number;
    requireVerified?: boolean;
    capacity: number;
  };
};

export type ImportOutcome = {
  _id: string;
  outcome: 'created' | 'updated' | 'unchanged';
  version: number;
};

export type CampaignPatch = {
  name?: string | Record<string, string>;
  _id?: string | null;
  description?: string | Record<string, string> | null;
  date?: {
    open?: string;
    close?: string;
  } | null;
  timezone?: string | null;
  locales?: string[] | null;
  domain?: {
    /** A host in any spelling, without scheme, port and path */
    site?: string;
  } | null;
  maxRank?: number | null;
  promoterId?: string | null;
  artistIds?: string[] | null;
  linkedCampaignIds?: string[] | null;
  markets?: MarketDocument[] | null;
};

export type MarketPatch = {
  eventId?: string;
  name?: string | Record<string, string> | null;
  venueId?: string | null;
  date?: {
    open?: string;
    close?: string;
    event?: string;
  } | null;
  status?: 'ACTIVE' | 'CLOSED' | null;
  selectionRules?: {
    minScore: number;
    requireVerified?: boolean;
    capacity: number;
  } | null;
};

export type SelectionAnswer =
  | {
      applied: true;
    }
  | {
      applied: false;
      reason: 'stale';
    };

export type DeadEvent = {
  id: string;
  destination: 'campaignDataStream' | 'dataPipelineQueue' | 'attendanceQueue' | 'refreshSelectionsQueue' | 'fastly';
  campaignId: string;
  sequence: number;
  reason: string;
  attempts: number;
  deadAt: string;
  event: Record<string, unknown>;
};

export type Artist = {
  id: string;
  name: string;
  url?: string;
  imageUrl?: string;
  genre?: string;
  upcomingEvents?: number;
};

export type Venue = {
  id: string;
  name: string;
  url?: string;
  address?: string;
  city?: string;
  region?: string;
  postalCode?: string;
  country?: string;
  timezone?: string;
  location?: {
    latitude: number;
    longitude: number;
  };
};

export type CatalogueEvent = {
  id: string;
  name: string;
  url?: string;
  imageUrl?: string;
  startsAt?: string;
  localDate?: string;
  timezone?: string;
  status?: string;
  sale?: {
    opensAt?: string;
    closesAt?: string;
  };
  artists: {
    id: string;
    name: string;
  }[];
  venue?: {
    id: string;
    name: string;
  };
};

export type Promoter = {
  _id: string;
  name: string | Record<string, string>;
  website?: string;
  country?: string;
  version: number;
  createdAt: string;
  updatedAt: string;
};

export type PromoterDocument = {
  _id?: string;
  name: string | Record<string, string>;
  website?: string;
  country?: string;
};

export type PromoterPatch = {
  _id?: string;
  name?: string | Record<string, string>;
  website?: string;
  country?: string;
};

export type User = {
  id: string;
  supreme: boolean;
  permissions: string[];
  campaigns: {
    campaignId: string;
    actions: string[];
  }[];
  expiresAt: string;
};

export type ConfigurationFile = {
  path: string;
  content: string;
  lastCommitId: string;
};

export type ConfigurationChange = {
  content: string;
  title: string;
  description?: string;
  /** lastCommitId of the file that was read, null for a new file; refused when it was changed since */
  basedOn?: string | null;
};

export type ConfigurationProposal = {
  outcome: 'proposed' | 'unchanged';
  number?: number;
  url?: string;
  branch?: string;
};

export type GetCampaignsQuery = {
  status?: 'DRAFT' | 'OPEN' | 'CLOSED' | 'INACTIVE';
  /** Campaigns with a market for the event */
  eventId?: string;
  promoterId?: string;
  artistId?: string;
  /** A host in any spelling, without scheme, port and path */
  site?: string;
  /** Words; each begins a word of the name in some language, without regard to case and accents */
  q?: string;
  /** `-` is the other direction; _id by default */
  sort?: '_id' | '-_id' | 'date.open' | '-date.open' | 'updatedAt' | '-updatedAt' | 'name' | '-name';
  /** 1 to 200, 50 by default */
  limit?: string;
  /** meta.next of the page before, with the same filters and order */
  cursor?: string;
  /** Texts in this language, else its nearest, else the campaign's first, else any */
  locale?: string;
  /** Texts as they are stored, with all languages; needs the right to update */
  showAllLocales?: 'true' | 'false';
};

export type GetCampaignsCampaignIdQuery = {
  /** Texts in this language, else its nearest, else the campaign's first, else any */
  locale?: string;
  /** Texts as they are stored, with all languages; needs the right to update */
  showAllLocales?: 'true' | 'false';
};

export type GetCampaignsCampaignIdMarketsQuery = {
  /** Texts in this language, else its nearest, else the campaign's first, else any */
  locale?: string;
  /** Texts as they are stored, with all languages; needs the right to update */
  showAllLocales?: 'true' | 'false';
};

export type GetCampaignsCampaignIdMarketsMarketIdQuery = {
  /** Texts in this language, else its nearest, else the campaign's first, else any */
  locale?: string;
  /** Texts as they are stored, with all languages; needs the right to update */
  showAllLocales?: 'true' | 'false';
};

export type GetOutboxDeadEventsQuery = {
  limit?: string;
  cursor?: string;
};

export type GetArtistsQuery = {
  /** Words of the name, without regard to case; everything when left out */
  q?: string;
  /** Names in this language where there are some */
  locale?: string;
  /** 1 to 200, 20 by default */
  limit?: string;
  /** meta.next of the page before, with the same search */
  cursor?: string;
};

export type GetArtistsArtistIdQuery = {
  /** Names in this language where there are some */
  locale?: string;
};

export type GetVenuesQuery = {
  /** Words of the name, without regard to case; everything when left out */
  q?: string;
  /** Names in this language where there are some */
  locale?: string;
  /** 1 to 200, 20 by default */
  limit?: string;
  /** meta.next of the page before, with the same search */
  cursor?: string;
};

export type GetVenuesVenueIdQuery = {
  /** Names in this language where there are some */
  locale?: string;
};

export type GetEventsQuery = {
  /** Words of the name, without regard to case; everything when left out */
  q?: string;
  /** Names in this language where there are some */
  locale?: string;
  /** 1 to 200, 20 by default */
  limit?: string;
  /** meta.next of the page before, with the same search */
  cursor?: string;
  artistId?: string;
  venueId?: string;
};

export type GetEventsEventIdQuery = {
  /** Names in this language where there are some */
  locale?: string;
};

export type GetPromotersQuery = {
  /** 1 to 200, 50 by default */
  limit?: string;
  /** meta.next of the page before */
  cursor?: string;
};

export type GetPromotersPromoterIdQuery = {
  /** A version that the caller knows of, from a change: the answer is not older, whatever a cache holds */
  leastVersion?: string;
};

import { openSqliteDatabase, systemClock, systemRandom } from '@verifiedfan/embedded';
import { createTokenSigner, createTokenVerifier, loadKeySet } from '@verifiedfan/jwt';

/** What both sides are given. */
export type Setting = {
  /** The file of the store. */
  database: string;
  /** The document of the keys that tokens are signed with. */
  keys: string;
};

export const ISSUER = 'verified-fan';
export const AUDIENCE = 'campaign-service';
export const CAMPAIGNS = 1_000;
const MARKETS = 4;

export const clock = systemClock;
export const random = systemRandom;

export const openDatabase = ({ database }: Pick<Setting, 'database'>) =>
  openSqliteDatabase({ location: database, random });

export const verifierOf = ({ keys }: Setting) =>
  createTokenVerifier({ keys: loadKeySet(keys), issuer: ISSUER, audience: AUDIENCE, clock });

/** Of somebody who may read all campaigns, as workers do, and start their refresh. */
export const tokenOf = ({ keys }: Setting): string =>
  createTokenSigner({ keys: loadKeySet(keys), issuer: ISSUER, clock })({
    subject: 'bench',
    audience: AUDIENCE,
    ttlSeconds: 3_600,
    permissions: ['campaigns:create', 'campaigns:read', 'campaigns:refresh'],
  });

export const campaignId = (index: number): string => `tour-${String(index).padStart(5, '0')}`;

/** A campaign as promoters make them: two languages, dates, a site, four markets. */
export const aCampaign = (index: number) => ({
  _id: campaignId(index),
  name: { en: `The Great Tour ${index}`, fr: `La grande tournée ${index}` },
  description: {
    en: 'Register to be among the first. '.repeat(8),
    fr: 'Inscrivez-vous parmi les premiers. '.repeat(8),
  },
  date: { open: '2100-01-01T10:00:00Z', close: '2100-02-01T10:00:00Z' },
  timezone: 'Europe/Paris',
  locales: ['en', 'fr'],
  domain: { site: `tour-${index}.example.com` },
  artistIds: ['artist-1', 'artist-2'],
  promoterId: 'promoter-1',
  markets: Array.from({ length: MARKETS }, (_, market) => ({
    eventId: `event-${index}-${market}`,
    venueId: `venue-${market}`,
    name: { en: `City ${market}`, fr: `Ville ${market}` },
    date: { event: '2100-06-01T20:00:00Z' },
    selectionRules: { minScore: 0.5, capacity: 10_000 },
  })),
});

import { type CampaignService, createCampaignService } from '@verifiedfan/campaign-service';
import { openSqliteDatabase } from '@verifiedfan/embedded';
import { createEntryService, type Entry } from '@verifiedfan/entry-service';
import type { JsonObject } from '@verifiedfan/ports';
import type { ServiceServer, TokenClaims } from '@verifiedfan/service';
import { createSeededRandom } from '@verifiedfan/test-utils';
import type { TestClock } from './clock.ts';
import type { Owner } from './owner.ts';

export type TestMarket = {
  eventId: string;
  status?: 'ACTIVE' | 'CLOSED';
  selectionRules?: { minScore: number; requireVerified?: boolean; capacity: number };
};
export type TestCampaign = { _id: string; name?: string; maxRank?: number; markets: TestMarket[] };

export type RealServices = {
  campaigns: CampaignService;
  entries: ServiceServer;
  importCampaigns(campaigns: readonly TestCampaign[]): Promise<void>;
  entriesOf(campaignId: string): Promise<Entry[]>;
};

export const claimsOf = (rights: Partial<TokenClaims>): TokenClaims => ({
  iss: 'test',
  aud: 'test',
  sub: 'worker',
  iat: 0,
  exp: 1,
  ver: 1,
  ...rights,
});

/** A token of these tests is its own claims: what is under test here is not the signature. */
export const tokenOf = (rights: Partial<TokenClaims>): string =>
  Buffer.from(JSON.stringify(claimsOf(rights))).toString('base64url');

const verifyToken = (token: string): TokenClaims =>
  JSON.parse(Buffer.from(token, 'base64url').toString()) as TokenClaims;
const QUIET = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

/** Both REST services as they are, on stores in memory. Nobody listens yet. */
export const createRealServices = (owner: Owner, clock: TestClock): RealServices => {
  const random = createSeededRandom({ seed: 'services' });
  const open = () => openSqliteDatabase({ location: ':memory:', random });
  const [campaignData, entryData] = [open(), open()];
  owner.after(() => {
    campaignData.close();
    entryData.close();
  });
  const shared = { clock, random, log: QUIET, verifyToken, strict: true };
  const campaigns = createCampaignService({ ...shared, database: campaignData });
  const entries = createEntryService({ ...shared, database: entryData });
  return {
    campaigns,
    entries,
    async importCampaigns(documents) {
      const named = documents.map(({ name = 'A campaign', ...rest }) => ({ name, ...rest }) as unknown as JsonObject);
      await campaigns.manager.importCampaigns(named, claimsOf({ supreme: true }));
    },
    entriesOf: (campaignId) => entryData.collection<Entry>('entries').find({ filter: { campaignId } }),
  };
};

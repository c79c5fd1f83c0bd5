import { TestUtilsError } from './errors.ts';
import { ARTISTS } from './names.ts';
import { createBits, type Seed } from './random.ts';

/** A campaign as `verifiedfan campaign import` reads it; members that are not given are the service's to fill in. */
export type ScoreCampaign = { _id: string; name: string; maxRank?: number; markets: { eventId: string }[] };
export type ScoreCampaigns = { campaigns: ScoreCampaign[] };

export type ScoreCampaignsOptions = {
  seed: Seed;
  /** @default 1 */
  campaigns?: number | undefined;
  /** Markets of each campaign, 1 to 26. @default 5 */
  markets?: number | undefined;
};

/** The campaign document that a score file of the same seed belongs to. */
export const generateScoreCampaigns = ({ seed, campaigns = 1, markets = 5 }: ScoreCampaignsOptions): ScoreCampaigns => {
  if (!Number.isInteger(markets) || markets < 1 || markets > 26) {
    throw new TestUtilsError('invalid_option', 'markets must be a whole number from 1 to 26');
  }
  if (!Number.isInteger(campaigns) || campaigns < 1) {
    throw new TestUtilsError('invalid_option', 'campaigns must be a whole number of at least 1');
  }
  const bits = createBits(`campaigns:${seed}`);
  const word = (): string => bits().toString(16).padStart(8, '0');
  return {
    campaigns: Array.from({ length: campaigns }, (_, index) => {
      const name = `${ARTISTS[bits() % ARTISTS.length]} ${2027 + index}`;
      const _id = `onsale-${word()}`;
      const events = Array.from({ length: markets }, (_, market) => ({ eventId: `ev-${word()}-${market + 1}` }));
      return { _id, name, markets: events };
    }),
  };
};

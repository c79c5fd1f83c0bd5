import type { Clock } from '@verifiedfan/ports';
import { requireVersion, type ServiceLog, type TokenClaims } from '@verifiedfan/service';
import type { CampaignDatastore } from '../campaigns/datastore.ts';
import { publicationsOf } from '../campaigns/publications.ts';
import { throwIfInvalidPermissions } from '../campaigns/rights.ts';
import type { CampaignView } from '../campaigns/schemas.ts';
import { toCampaignView } from '../campaigns/view.ts';
import type { Persist } from '../contention.ts';
import { CampaignError } from '../errors.ts';
import { tellLinked } from './tell-linked.ts';
import { applyTransition, MANUAL, type ManualName } from './transitions.ts';

export type ChangeStatusOptions = {
  datastore: Pick<CampaignDatastore, 'findById' | 'find' | 'findMarkets' | 'save'>;
  clock: Clock;
  log: Pick<ServiceLog, 'info'>;
  persist: Persist;
};

/** `ifMatch` answers the version that the caller read, or `*`; it is asked once the right is known. */
export type ChangeStatus = (
  name: ManualName,
  campaignId: string,
  options: { ifMatch: () => number | '*'; claims: TokenClaims },
) => Promise<CampaignView>;

const notFrom = (from: readonly string[]): CampaignError => {
  const message = `Only a campaign that is ${from.join(', ')} can be changed so`;
  return new CampaignError('INVALID_TRANSITION', [
    { pointer: '/status', rule: 'transition', message, allowed: [...from] },
  ]);
};

/** What people may do to the status of a campaign: re-open, postpone and cancel it. */
export const createChangeStatus =
  ({ datastore, clock, log, persist }: ChangeStatusOptions): ChangeStatus =>
  (name, campaignId, { ifMatch, claims }) => {
    const transition = MANUAL[name];
    const { from, to, type } = transition;
    return persist(async () => {
      const campaign = await datastore.findById(campaignId);
      throwIfInvalidPermissions(claims, campaign, 'update');
      requireVersion(ifMatch(), campaign.version);
      const markets = (await datastore.findMarkets([campaignId])).get(campaignId) ?? [];
      // To cancel what is over already changes nothing and tells nobody: a repeated request is harmless.
      if (name === 'cancel' && campaign.status === to) return toCampaignView(campaign, markets);
      if (!from.includes(campaign.status)) throw notFrom(from);
      const next = applyTransition(transition, campaign, new Date(clock.now()).toISOString());
      const publications = publicationsOf({ type, previous: { campaign, markets }, next: { campaign: next, markets } });
      const expected = { status: campaign.status };
      const others = await tellLinked(datastore, [campaign]);
      if ((await datastore.save({ previous: campaign, next, publications, expected }, others)) !== 'saved')
        return undefined;
      const { sub: subject } = claims;
      log.info('audit', {
        action: `campaign.${name}`,
        campaignId,
        subject,
        from: campaign.status,
        to,
        version: next.version,
      });
      return toCampaignView(next, markets);
    });
  };

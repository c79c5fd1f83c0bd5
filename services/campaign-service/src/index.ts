export type { CampaignStatus, MarketStatus } from './campaigns/campaign.ts';
export type { CampaignPage, ListOptions } from './campaigns/list.ts';
export type { LocaleOptions } from './campaigns/localise.ts';
export type { CampaignManager, ImportOutcome } from './campaigns/manager.ts';
export { type CampaignView, campaignV2, type MarketView, marketV2 } from './campaigns/schemas.ts';
export { CAMPAIGN_ERRORS, CampaignError, type CampaignErrorCode } from './errors.ts';
export { INACTIVE_AFTER_MS, type RefreshResult } from './life-cycle/index.ts';
export type { Catalogue, MarketManager, Selection, SelectionAnswer, SelectionRules } from './markets/index.ts';
export {
  type CampaignDestinations,
  type CloudEvent,
  DESTINATIONS,
  type DeadEvent,
  type Destination,
  type EventType,
  OUTBOX,
  type OutboxDepth,
  type OutboxRow,
  type Publication,
  type Relay,
} from './outbox/index.ts';
export { RIGHTS, ROLES, rightsPage } from './rights/index.ts';
export { type CampaignService, type CampaignServiceOptions, createCampaignService } from './service.ts';
export { type CampaignServiceSettings, CampaignSettingError, readCampaignServiceSettings } from './settings.ts';

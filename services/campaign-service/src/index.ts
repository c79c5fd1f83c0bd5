export type { CampaignStatus, MarketStatus } from './campaigns/campaign.ts';
export type { CampaignManager, CampaignPage, ImportOutcome } from './campaigns/manager.ts';
export { type CampaignView, campaignV2, type MarketView, marketV2 } from './campaigns/schemas.ts';
export { CAMPAIGN_ERRORS, CampaignError, type CampaignErrorCode } from './errors.ts';
export { type CampaignService, type CampaignServiceOptions, createCampaignService } from './service.ts';

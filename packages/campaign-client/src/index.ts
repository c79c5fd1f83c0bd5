export type { GetToken } from '@verifiedfan/request';
export {
  type CampaignClient,
  type CampaignClientOptions,
  type CampaignPage,
  createCampaignClient,
  type ImportDocument,
} from './client.ts';
export { CampaignAnswerError } from './errors.ts';
export type {
  Campaign,
  CampaignDocument,
  CampaignPatch,
  ImportOutcome,
  ListQuery,
  LocaleQuery,
  LocalisedText,
  Market,
  MarketDocument,
  RefreshResult,
  Selection,
  SelectionAnswer,
  SelectionRules,
} from './types.ts';

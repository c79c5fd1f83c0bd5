export type { GetToken } from '@verifiedfan/request';
export { type CampaignClient, type CampaignClientOptions, createCampaignClient } from './client.ts';
export { CampaignAnswerError } from './errors.ts';
export type {
  Campaign,
  ImportOutcome,
  LocalisedText,
  Market,
  Selection,
  SelectionAnswer,
  SelectionRules,
} from './types.ts';

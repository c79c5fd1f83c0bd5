import type { Campaign } from './contract.ts';

// Shapes come from the contracts of the service; contract.ts is written by `npm run docs`, and `npm run check` fails when it is stale.
export type {
  Campaign,
  CampaignDocument,
  CampaignPatch,
  GetCampaignsCampaignIdQuery as LocaleQuery,
  GetCampaignsQuery as ListQuery,
  ImportOutcome,
  Market,
  MarketDocument,
  RefreshResult,
  Selection,
  SelectionAnswer,
  SelectionRules,
} from './contract.ts';

/** One text for every language, or one for each language tag. Which of both it is depends on `showAllLocales`. */
export type LocalisedText = Campaign['name'];

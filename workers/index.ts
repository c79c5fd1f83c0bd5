import type { Worker } from '@verifiedfan/worker';
import { refreshCampaigns } from './campaigns/refresh-campaigns.ts';
import { selectionRefresh } from './campaigns/selection-refresh/worker.ts';
import { validateToken } from './identity/validate-token.ts';
import { loadScoresToDynamoDB } from './scoring/load-scores-to-dynamodb.ts';
import { loadScoresToStream } from './scoring/load-scores-to-stream/worker.ts';
import { lookupPhoneScore } from './scoring/lookup-phone-score.ts';
import { processSavedScores } from './scoring/process-saved-scores.ts';
import { proxyCampaignService } from './scoring/proxy-campaign-service.ts';
import { saveEntryScoring } from './scoring/save-entry-scoring/worker.ts';
import { saveFanlistScores } from './scoring/save-fanlist-scores/worker.ts';
import { verdictReporter } from './scoring/verdict-reporter/worker.ts';

/** The one list of workers. `APP_NAME` picks one of these on AWS; the local runtime runs them all. */
export const workers = {
  loadScoresToStream,
  loadScoresToDynamoDB,
  saveEntryScoring,
  saveFanlistScores,
  processSavedScores,
  verdictReporter,
  lookupPhoneScore,
  proxyCampaignService,
  refreshCampaigns,
  selectionRefresh,
  validateToken,
} as const satisfies Readonly<Record<string, Worker>>;

export type WorkerName = keyof typeof workers;

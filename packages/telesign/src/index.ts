export { basicAuth, type Credentials, digestAuth, type SignedRequest } from './auth.ts';
export type { TelesignOptions } from './client.ts';
export { TELESIGN_ERROR_CODES, TelesignError, type TelesignErrorCode, type TelesignErrorOptions } from './errors.ts';
export {
  digitsOf,
  LIFECYCLE_EVENTS,
  type LifecycleEvent,
  type PhoneRisk,
  type PhoneRiskQuery,
  type PhoneRiskResult,
  type Recommendation,
  type RiskInsights,
} from './phone-risk.ts';
export { createTelesign, createTelesignScoreV1 } from './products.ts';

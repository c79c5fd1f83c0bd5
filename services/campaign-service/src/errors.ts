import type { JsonValue } from '@verifiedfan/ports';
import type { ValidationDetail } from '@verifiedfan/schema';

/** A broken rule, with what would be allowed where that can be said. */
export type RuleDetail = ValidationDetail & { allowed?: JsonValue };

/** Statuses of the service's own error types. */
export const CAMPAIGN_ERRORS = {
  INVALID_CAMPAIGN: 400,
  INVALID_MARKET: 400,
  CAMPAIGN_NOT_FOUND: 404,
  MARKET_NOT_FOUND: 404,
  DOMAIN_NAME_CONFLICT: 409,
  ALREADY_EXISTS: 409,
  EVENT_CONFLICT: 409,
  INVALID_TRANSITION: 409,
  CONTENTION: 503,
  CATALOGUE_UNAVAILABLE: 503,
} as const;
export type CampaignErrorCode = keyof typeof CAMPAIGN_ERRORS | 'FORBIDDEN' | 'VERSION_CONFLICT' | 'VALIDATION_ERROR';

const MESSAGES: Record<CampaignErrorCode, string> = {
  INVALID_CAMPAIGN: 'The campaign breaks a rule',
  INVALID_MARKET: 'The market breaks a rule',
  MARKET_NOT_FOUND: 'The campaign has no such market',
  EVENT_CONFLICT: 'The campaign has a market for this event',
  CATALOGUE_UNAVAILABLE: 'Nobody can tell now whether the event and the venue exist; repeat the request',
  CAMPAIGN_NOT_FOUND: 'There is no such campaign',
  DOMAIN_NAME_CONFLICT: 'Another campaign uses this site',
  ALREADY_EXISTS: 'There is a campaign with this id',
  INVALID_TRANSITION: 'The status of the campaign does not allow this',
  CONTENTION: 'Others keep changing the same; repeat the request',
  FORBIDDEN: 'The token does not have the right to do this',
  VERSION_CONFLICT: 'The campaign was changed in the meantime; read it again',
  VALIDATION_ERROR: 'The campaign does not match its schema',
};

/** What managers throw. `details` point at fields of the campaign, or of the import's list. */
export class CampaignError extends Error {
  override readonly name = 'CampaignError';
  readonly code: CampaignErrorCode;
  readonly retryable: boolean;
  readonly details: readonly RuleDetail[] | undefined;
  /** Of the answer: when to come back, for what passes. */
  readonly headers: Readonly<Record<string, string>>;
  constructor(code: CampaignErrorCode, details?: readonly RuleDetail[], options?: ErrorOptions) {
    super(MESSAGES[code], options);
    this.code = code;
    this.retryable = code === 'CONTENTION' || code === 'CATALOGUE_UNAVAILABLE';
    this.details = details;
    this.headers = this.retryable ? { 'retry-after': '1' } : {};
  }
}

const hasDetails = (error: unknown): error is Error & { code: CampaignErrorCode; details?: RuleDetail[] } =>
  error instanceof Error && Object.hasOwn(MESSAGES, String(Reflect.get(error, 'code')));

/** Runs `work`; errors about one document of a list point into the list. */
export const at = async <T>(pointer: string, work: () => T | Promise<T>): Promise<T> => {
  try {
    return await work();
  } catch (error) {
    if (!hasDetails(error)) throw error;
    const own = error.details ?? [{ pointer: '', rule: error.code.toLowerCase(), message: error.message }];
    const details = own.map((detail) => ({ ...detail, pointer: `${pointer}${detail.pointer}` }));
    throw new CampaignError(error.code, details, { cause: error });
  }
};

/** What the owner of the number is doing. */
export const LIFECYCLE_EVENTS = ['create', 'sign-in', 'transact', 'update', 'delete'] as const;
export type LifecycleEvent = (typeof LIFECYCLE_EVENTS)[number];

export type PhoneRiskQuery = {
  /** E.164: `+` and 8 to 15 digits, the first not 0. */
  phone: string;
  event: LifecycleEvent;
  accountId?: string | undefined;
  deviceId?: string | undefined;
  email?: string | undefined;
  /** Where the request came from, IPv4 or IPv6. */
  ip?: string | undefined;
  /** The caller's reference; TeleSign keeps it. Not every provider takes it. */
  externalId?: string | undefined;
  correlation?: string | undefined;
  signal?: AbortSignal | undefined;
};

export type Recommendation = 'allow' | 'flag' | 'block';

/** Numbers are codes of the provider, listed in its manual. */
export type RiskInsights = { status: number | undefined; [signal: string]: number | readonly number[] | undefined };

export type PhoneRiskResult = {
  /** Whole, 0 to 1,000; higher is riskier. */
  score: number;
  /** The provider's word for a band of scores. Bands differ between products, so decide on `score` and `recommendation`. */
  level: string;
  recommendation: Recommendation;
  /** `mobile`, `fixed_line`, `voip` and others, in lower case. */
  phoneType?: string;
  carrier?: string;
  /** ISO 3166, two letters. */
  country?: string;
  riskInsights?: RiskInsights;
  /** The provider's name for this look-up. */
  reference?: string;
};

/**
 * Tells how risky a phone number is. Every call is billed and answers stay true for a day or so: cache them by a keyed hash of the
 * number. When it throws, go on without a score; a provider that is down must not stop a registration.
 */
export interface PhoneRisk {
  /** Throws `TelesignError`. */
  score(query: PhoneRiskQuery): Promise<PhoneRiskResult>;
  close(): Promise<void>;
}

/** The digits of an E.164 number; undefined for anything else, spaces included. */
export const digitsOf = (phone: string): string | undefined => /^\+([1-9]\d{7,14})$/.exec(phone)?.[1];

import { toPointer, type ValidationDetail } from '@verifiedfan/schema';
import type { Campaign, CampaignDates, CampaignStatus, Instant } from '../campaigns/campaign.ts';
import type { CampaignEventType } from '../outbox/index.ts';

/** A way from one status to another. */
export type Transition = {
  from: readonly CampaignStatus[];
  to: CampaignStatus;
  type: CampaignEventType;
  /** The campaign behind it; status, version and time of the update are set besides. */
  apply(campaign: Campaign, now: Instant): Pick<Campaign, 'date' | 'domain'>;
};

/** A transition that time brings. */
export type TimedTransition = Transition & {
  name: 'opened' | 'closed' | 'inactivated';
  /** It is due from this moment on, to the millisecond; a campaign without the date never gets there. */
  date: 'open' | 'close' | 'closed';
  /** How long after the date it is due, in milliseconds. */
  delayMs: number;
  /** What is missing or wrong, so that it cannot happen however late it is. */
  blockedBy(campaign: Campaign): ValidationDetail[];
};

/** Thirty days of 24 hours: no calendar and no summer time. */
export const INACTIVE_AFTER_MS = 30 * 24 * 3_600_000;

const without = <Name extends keyof CampaignDates>(date: CampaignDates, ...names: Name[]): CampaignDates => {
  const rest = { ...date };
  for (const name of names) delete rest[name];
  return rest;
};

const isPast = (instant: Instant | undefined, now: Instant): boolean => instant !== undefined && instant <= now;

const missing = (path: readonly string[]): ValidationDetail => ({
  pointer: toPointer(path),
  rule: 'required',
  message: 'Is needed before the campaign opens',
});

const blockedFromOpening = ({ date, timezone }: Campaign): ValidationDetail[] => {
  const details: ValidationDetail[] = [];
  if (date.close === undefined) details.push(missing(['date', 'close']));
  else if (date.open !== undefined && date.open >= date.close)
    details.push({ pointer: '/date/close', rule: 'date_order', message: 'Must be after open' });
  if (timezone === undefined) details.push(missing(['timezone']));
  return details;
};

const never = (): ValidationDetail[] => [];

/** In the order of a campaign's life, so that one that is late goes through all of them in one refresh. */
export const TIMED: readonly TimedTransition[] = [
  {
    name: 'opened',
    from: ['DRAFT'],
    to: 'OPEN',
    type: 'verifiedfan.campaign.opened',
    date: 'open',
    delayMs: 0,
    blockedBy: blockedFromOpening,
    apply: ({ date, domain }, now) => ({ date: { ...date, opened: now }, domain }),
  },
  {
    name: 'closed',
    from: ['OPEN'],
    to: 'CLOSED',
    type: 'verifiedfan.campaign.closed',
    date: 'close',
    delayMs: 0,
    blockedBy: never,
    apply: ({ date, domain }, now) => ({ date: { ...date, closed: now }, domain }),
  },
  {
    name: 'inactivated',
    from: ['CLOSED'],
    to: 'INACTIVE',
    type: 'verifiedfan.campaign.inactivated',
    date: 'closed',
    delayMs: INACTIVE_AFTER_MS,
    blockedBy: never,
    // The site is taken away, not set to null: an index of texts holds any number of campaigns without one.
    apply: ({ date }, now) => ({ date: { ...date, inactivated: now }, domain: {} }),
  },
];

export type ManualName = 'reopen' | 'postpone' | 'cancel';

/**
 * What people may do to a status. A date that has passed and would undo it with the next refresh is taken away: who re-opens says that the
 * old close does not hold, and sets a new one when it is known.
 */
export const MANUAL: Readonly<Record<ManualName, Transition>> = {
  reopen: {
    from: ['CLOSED'],
    to: 'OPEN',
    type: 'verifiedfan.campaign.reopened',
    apply: ({ date, domain }, now) => ({
      date: isPast(date.close, now) ? without(date, 'closed', 'close') : without(date, 'closed'),
      domain,
    }),
  },
  postpone: {
    from: ['OPEN'],
    to: 'DRAFT',
    type: 'verifiedfan.campaign.postponed',
    apply: ({ date, domain }, now) => ({
      date: isPast(date.open, now) ? without(date, 'opened', 'open') : without(date, 'opened'),
      domain,
    }),
  },
  cancel: {
    from: ['DRAFT', 'OPEN', 'CLOSED'],
    to: 'INACTIVE',
    type: 'verifiedfan.campaign.cancelled',
    apply: ({ date }, now) => ({ date: { ...date, inactivated: now }, domain: {} }),
  },
};

/** The campaign behind a transition. */
export const applyTransition = ({ apply, to }: Transition, campaign: Campaign, now: Instant): Campaign => ({
  ...campaign,
  ...apply(campaign, now),
  status: to,
  version: campaign.version + 1,
  updatedAt: now,
});

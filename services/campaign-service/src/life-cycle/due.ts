import type { Filter, IndexDefinition } from '@verifiedfan/ports';
import type { Campaign, Instant } from '../campaigns/campaign.ts';
import { TIMED, type TimedTransition } from './transitions.ts';

/** One for each transition, so that a refresh reads what is due and nothing else. */
export const DUE_INDEXES: readonly IndexDefinition[] = TIMED.map(({ name, date }) => ({
  name: `due_${name}`,
  fields: [
    ['status', 1],
    [`date.${date}`, 1],
    ['_id', 1],
  ],
}));

/** The latest date for which the transition is due. */
export const dueUntil = ({ delayMs }: TimedTransition, nowMs: number): Instant =>
  new Date(nowMs - delayMs).toISOString();

// Instants are texts of one form, so their order is the order of texts; comparing with a text matches no missing date.
export const isDue = (transition: TimedTransition, { status, date }: Campaign, nowMs: number): boolean => {
  const instant = date[transition.date];
  return transition.from.includes(status) && instant !== undefined && instant <= dueUntil(transition, nowMs);
};

/** Campaigns for which the transition is due, in the order of their dates, behind `after`. */
export const dueFilter = (transition: TimedTransition, nowMs: number, after: Campaign | undefined): Filter => {
  const field = `date.${transition.date}`;
  const $lte = dueUntil(transition, nowMs);
  const [status] = transition.from;
  const base = { status: status ?? '' };
  const instant = after?.date[transition.date];
  if (after === undefined || instant === undefined) return { ...base, [field]: { $lte } };
  return {
    ...base,
    [field]: { $gte: instant, $lte },
    $or: [{ [field]: { $gt: instant } }, { _id: { $gt: after._id } }],
  };
};

export const dueSort = ({ date }: TimedTransition) =>
  [
    [`date.${date}`, 1],
    ['_id', 1],
  ] as const;

/** What has to hold still when the transition is written. */
export const expectedFor = (transition: TimedTransition, { status, date }: Campaign): Filter => ({
  status,
  [`date.${transition.date}`]: date[transition.date] ?? null,
});

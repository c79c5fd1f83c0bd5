import type { JsonValue } from '@verifiedfan/ports';
import { toPointer } from '@verifiedfan/schema';
import type { CampaignStatus } from '../campaigns/campaign.ts';
import type { RuleDetail } from '../errors.ts';
import type { MarketStatus } from './market.ts';
import type { MarketDraft } from './schemas.ts';

export type Window = { open?: string | undefined; close?: string | undefined };
export type RulesOfMarkets = { date: Window; status: CampaignStatus | undefined };
export type Path = readonly PropertyKey[];

// Instants are texts of one form in UTC, so their order is the order of the texts.
const isBefore = (a: string | undefined, b: string | undefined): boolean => a !== undefined && b !== undefined && a < b;

const range = (from: string | undefined, to: string | undefined): JsonValue => ({
  ...(from === undefined ? {} : { from }),
  ...(to === undefined ? {} : { to }),
});

export const checkWindow = ({ open, close }: Window, path: Path): RuleDetail[] =>
  open !== undefined && close !== undefined && open >= close
    ? [
        {
          pointer: toPointer([...path, 'close']),
          rule: 'date_order',
          message: 'Must be after open',
          allowed: { after: open },
        },
      ]
    : [];

const checkDates = (date: NonNullable<MarketDraft['date']>, campaign: Window, path: Path): RuleDetail[] => {
  const details = checkWindow(date, path);
  for (const name of ['open', 'close'] as const) {
    if (!isBefore(date[name], campaign.open) && !isBefore(campaign.close, date[name])) continue;
    details.push({
      pointer: toPointer([...path, name]),
      rule: 'outside_campaign',
      message: "Must lie inside the campaign's dates",
      allowed: range(campaign.open, campaign.close),
    });
  }
  if (isBefore(date.event, date.close)) {
    const pointer = toPointer([...path, 'event']);
    details.push({
      pointer,
      rule: 'date_order',
      message: 'Must not be before close',
      allowed: range(date.close, undefined),
    });
  }
  return details;
};

/** What an INACTIVE campaign does not take any more: new markets, and markets back on offer. */
const checkStatus = (next: MarketStatus, known: MarketStatus | undefined, path: Path): RuleDetail[] => {
  if (known === undefined) {
    const message = 'The campaign is INACTIVE: nothing can be added to it';
    return [{ pointer: toPointer(path), rule: 'campaign_inactive', message }];
  }
  if (known === next || next === 'CLOSED') return [];
  const message = 'The campaign is INACTIVE: nothing is reopened';
  return [{ pointer: toPointer([...path, 'status']), rule: 'transition', message, allowed: ['CLOSED'] }];
};

/** Everything about a market that breaks a rule; `known` is its stored status, undefined for a new one. */
export const checkMarket = (
  { date = {}, status }: MarketDraft,
  { date: campaignDate, status: campaignStatus }: RulesOfMarkets,
  { known, path = [] }: { known: MarketStatus | undefined; path?: Path },
): RuleDetail[] => [
  ...checkDates(date, campaignDate, [...path, 'date']),
  ...(campaignStatus === 'INACTIVE' ? checkStatus(status, known, path) : []),
];

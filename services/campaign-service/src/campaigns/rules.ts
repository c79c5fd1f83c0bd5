import { toPointer, type ValidationDetail } from '@verifiedfan/schema';
import { CampaignError } from '../errors.ts';
import type { CampaignDraft, MarketDraft } from './schemas.ts';

type Window = { open?: string | undefined; close?: string | undefined };

// Instants are texts of one form in UTC, so their order is the order of the texts.
const isBefore = (a: string | undefined, b: string | undefined): boolean => a !== undefined && b !== undefined && a < b;

const broken = (path: readonly PropertyKey[], rule: string, message: string): ValidationDetail => ({
  pointer: toPointer(path),
  rule,
  message,
});

const checkWindow = ({ open, close }: Window, path: readonly PropertyKey[]): ValidationDetail[] =>
  open !== undefined && close !== undefined && open >= close
    ? [broken([...path, 'close'], 'date_order', 'Must be after open')]
    : [];

const checkMarket = ({ date = {} }: MarketDraft, campaign: Window, index: number): ValidationDetail[] => {
  const path = ['markets', index, 'date'];
  const details = checkWindow(date, path);
  for (const name of ['open', 'close'] as const) {
    if (!isBefore(date[name], campaign.open) && !isBefore(campaign.close, date[name])) continue;
    details.push(broken([...path, name], 'outside_campaign', "Must lie inside the campaign's dates"));
  }
  if (isBefore(date.event, date.close))
    details.push(broken([...path, 'event'], 'date_order', 'Must not be before close'));
  return details;
};

/** Throws INVALID_CAMPAIGN with everything that breaks a rule of the business. */
export const throwIfInvalidCampaign = ({ date, markets }: CampaignDraft): void => {
  const details = [
    ...checkWindow(date, ['date']),
    ...markets.flatMap((market, index) => checkMarket(market, date, index)),
  ];
  if (details.length > 0) throw new CampaignError('INVALID_CAMPAIGN', details.slice(0, 20));
};

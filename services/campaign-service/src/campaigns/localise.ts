import type { LocalisedText } from '@verifiedfan/schema';
import type { CampaignView, MarketView } from './schemas.ts';

export type LocaleOptions = {
  /** A language tag such as `de-CH`. @default the campaign's first language */
  locale?: string | undefined;
  /** Texts as they are stored, with all languages: for those who edit them. @default false */
  showAllLocales?: boolean | undefined;
};

/** A tag and its shorter forms, the most exact first: RFC 4647, section 3.4. */
const tagsOf = (locale: string): string[] => {
  if (!locale.includes('-')) return [locale.toLowerCase()];
  const parts = locale.toLowerCase().split('-');
  return parts.map((_part, index) => parts.slice(0, parts.length - index).join('-'));
};

/** Tags in the order in which they are looked for. Made once for a campaign, whose markets may have a thousand texts. */
const wantedTags = (locale: string | undefined, locales: readonly string[] = []): string[] =>
  [locale, locales[0]].flatMap((each) => (each === undefined ? [] : tagsOf(each)));

const inAnyCase = (text: Readonly<Record<string, string>>, tag: string): string | undefined =>
  Object.entries(text).find(([name]) => name.toLowerCase() === tag)?.[1];

/**
 * One text of many: in the wanted language and region, else in the language alone, else in the campaign's first language, else in
 * whichever comes first.
 */
const choose = (text: LocalisedText, tags: readonly string[]): string => {
  if (typeof text === 'string') return text;
  for (const tag of tags) {
    // Mostly a language alone, as it is written: then there is no need to look through all of them.
    const exact = Object.hasOwn(text, tag) ? text[tag] : undefined;
    const found = exact ?? inAnyCase(text, tag);
    if (found !== undefined) return found;
  }
  return Object.values(text)[0] ?? '';
};

const localiseMarket = (market: MarketView, tags: readonly string[]): MarketView =>
  typeof market.name === 'object' ? { ...market, name: choose(market.name, tags) } : market;

/** Markets with each text in one language; `locales` are those of their campaign. */
export const localiseMarkets = (
  markets: readonly MarketView[],
  { locale, showAllLocales = false }: LocaleOptions,
  locales: readonly string[] | undefined,
): MarketView[] => {
  if (showAllLocales) return [...markets];
  const tags = wantedTags(locale, locales);
  return markets.map((market) => localiseMarket(market, tags));
};

/** A campaign and its markets with each text in one language. */
export const localise = (campaign: CampaignView, options: LocaleOptions): CampaignView => {
  if (options.showAllLocales === true) return campaign;
  const tags = wantedTags(options.locale, campaign.locales);
  const { name, description, markets } = campaign;
  return {
    ...campaign,
    name: choose(name, tags),
    ...(description === undefined ? {} : { description: choose(description, tags) }),
    markets: markets.map((market) => localiseMarket(market, tags)),
  };
};

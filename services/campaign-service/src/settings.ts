import type { CampaignServiceOptions } from './service.ts';

/** What an installation decides about the service, by the names in its environment; see *Settings* in the README. */
export type CampaignServiceSettings = {
  /** For `createCampaignService`. */
  options: Pick<CampaignServiceOptions, 'catalogueCheck' | 'searchCacheTtlMs'>;
  /** The name of the cache that is a read replica of `discoveryCache`; undefined where there is none. */
  cacheReplica: string | undefined;
  /** For the `close` of what listens. */
  close: { drainMs: number };
};

/** A setting that is none. Names the setting and what it may be, never its value. */
export class CampaignSettingError extends Error {
  override readonly name = 'CampaignSettingError';
  readonly code = 'invalid_setting';
  readonly retryable = false;
  readonly setting: string;
  constructor(setting: string, expects: string) {
    super(`${setting} must be ${expects}`);
    this.setting = setting;
  }
}

type Named = Readonly<Record<string, string | undefined>>;

const DAY_MS = 86_400_000;
/** Longer than any load balancer takes to look elsewhere; an orchestrator would have killed the process by then. */
const MAX_DRAIN_MS = 600_000;

/** A setting that is empty counts as left out: that is how templates say nothing. */
const textOf = (named: Named, name: string): string | undefined => {
  const text = Object.hasOwn(named, name) ? named[name]?.trim() : undefined;
  return text === '' ? undefined : text;
};

const wholeOf = (named: Named, name: string, { from, to }: { from: number; to: number }): number | undefined => {
  const text = textOf(named, name);
  if (text === undefined) return undefined;
  const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= from && value <= to) return value;
  throw new CampaignSettingError(name, `a whole number of milliseconds from ${from} to ${to}`);
};

const checkOf = (named: Named, name: string): 'open' | 'closed' => {
  const text = textOf(named, name) ?? 'open';
  if (text === 'open' || text === 'closed') return text;
  throw new CampaignSettingError(name, 'open or closed');
};

const cacheOf = (named: Named, name: string): string | undefined => {
  const text = textOf(named, name);
  if (text === undefined || /^[A-Za-z][A-Za-z0-9]{0,63}$/.test(text)) return text;
  throw new CampaignSettingError(name, 'the name of a cache: letters and digits');
};

/** Reads the settings of an installation, such as the environment; what is not there has its default. Throws `CampaignSettingError`. */
export const readCampaignServiceSettings = (named: Named): CampaignServiceSettings => ({
  options: {
    catalogueCheck: checkOf(named, 'CAMPAIGN_CATALOGUE_CHECK'),
    searchCacheTtlMs: wholeOf(named, 'CAMPAIGN_SEARCH_CACHE_TTL_MS', { from: 1, to: DAY_MS }),
  },
  cacheReplica: cacheOf(named, 'CAMPAIGN_CACHE_REPLICA'),
  close: { drainMs: wholeOf(named, 'CAMPAIGN_DRAIN_MS', { from: 0, to: MAX_DRAIN_MS }) ?? 0 },
});

import { toPointer } from '@verifiedfan/schema';
import type { TokenClaims } from '@verifiedfan/service';
import type { Campaign } from '../campaigns/campaign.ts';
import type { CampaignChange, CampaignDatastore } from '../campaigns/datastore.ts';
import { publicationsOf } from '../campaigns/publications.ts';
import { MAX_LINKS } from '../campaigns/schemas.ts';
import { CampaignError, type RuleDetail } from '../errors.ts';
import { knows, may } from '../rights/index.ts';

export type PlanLinksOptions = {
  datastore: Pick<CampaignDatastore, 'find' | 'findMarkets'>;
  claims: TokenClaims;
  /** Undefined for a new campaign. */
  previous: Campaign | undefined;
  next: Campaign;
  /** The links as they were asked for: problems point into this list. */
  wanted: readonly string[];
  /** ISO 8601. */
  now: string;
};

type Links = Pick<Campaign, 'linkedCampaignIds'>;

/** In the order of ids, each once; no field where there are none. */
export const linksField = (ids: readonly string[] = []): Links =>
  ids.length === 0 ? {} : { linkedCampaignIds: [...new Set(ids)].sort() };

const detailAt = (index: number, problem: Omit<RuleDetail, 'pointer'>): RuleDetail => ({
  pointer: toPointer(['linkedCampaignIds', index]),
  ...problem,
});

/** What is wrong with a link that is asked for. A campaign that the caller may not know of is as good as not there. */
const problemWith = (
  other: Campaign | undefined,
  { id, claims }: { id: string; claims: TokenClaims },
): Omit<RuleDetail, 'pointer'> | undefined => {
  if (other === undefined || !knows(claims, other)) return { rule: 'unknown_campaign', message: 'Is no campaign' };
  if (other._id === id) return { rule: 'self_link', message: 'A campaign cannot be linked with itself' };
  if (!may(claims, other, 'update')) return undefined;
  const links = other.linkedCampaignIds ?? [];
  if (links.length < MAX_LINKS || links.includes(id)) return undefined;
  return { rule: 'too_many_links', message: `Has ${MAX_LINKS} links already`, allowed: { max: MAX_LINKS } };
};

/** Throws INVALID_CAMPAIGN for links that cannot be, FORBIDDEN without the right to update on the other side of each that comes or goes. */
const check = (
  { next, wanted, claims }: PlanLinksOptions,
  others: ReadonlyMap<string, Campaign>,
  { added, removed }: { added: readonly string[]; removed: readonly string[] },
): void => {
  const problems = added.flatMap((id) => {
    const problem = problemWith(id === next._id ? next : others.get(id), { id: next._id, claims });
    return problem === undefined ? [] : [detailAt(wanted.indexOf(id), problem)];
  });
  if (problems.length > 0) throw new CampaignError('INVALID_CAMPAIGN', problems);
  const touched = [...added, ...removed].flatMap((id) => others.get(id) ?? []);
  if (touched.every((other) => may(claims, other, 'update'))) return;
  const message = 'Needs the right to update both campaigns';
  throw new CampaignError('FORBIDDEN', [{ pointer: '/linkedCampaignIds', rule: 'right', message }]);
};

const without = (ids: readonly string[], gone: readonly string[]): string[] => ids.filter((id) => !gone.includes(id));

/**
 * What becomes of the campaigns that a changed campaign is linked with. Those whose link comes or goes get their side of it, and a new
 * version; of the others only the world is told, because their pages show this campaign. One step deep: what they are linked with in
 * turn hears nothing, so that a circle of links ends. At most 20 links come, 20 go.
 */
export const planLinks = async (options: PlanLinksOptions): Promise<CampaignChange[]> => {
  const { datastore, previous, next, now } = options;
  const [before, after] = [previous?.linkedCampaignIds ?? [], next.linkedCampaignIds ?? []];
  const [added, removed] = [without(after, before), without(before, after)];
  const ids = [...new Set([...before, ...after])];
  if (ids.length === 0) return [];
  const found = await datastore.find({ filter: { _id: { $in: ids } }, limit: ids.length });
  const others = new Map(found.map((other) => [other._id, other]));
  check(options, others, { added, removed });
  const markets = await datastore.findMarkets(ids);
  return found.map((other) => {
    const { linkedCampaignIds = [], ...fields } = other;
    const isTouched = added.includes(other._id) || removed.includes(other._id);
    const links = without(linkedCampaignIds, [next._id]);
    const moved = { version: other.version + 1, updatedAt: now };
    const sides = added.includes(other._id) ? [...links, next._id] : links;
    const changed = isTouched ? ({ ...fields, ...linksField(sides), ...moved } as Campaign) : other;
    const own = markets.get(other._id) ?? [];
    return {
      previous: other,
      next: changed,
      publications: publicationsOf({
        type: 'verifiedfan.campaign.updated',
        previous: { campaign: other, markets: own },
        next: { campaign: changed, markets: own },
      }),
      // A publication moves the sequence without the version.
      expected: { sequence: other.sequence ?? null },
    };
  });
};

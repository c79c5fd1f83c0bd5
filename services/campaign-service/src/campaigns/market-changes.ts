import { isDeepStrictEqual } from 'node:util';
import type { Filter, JsonObject, UpdateOperators } from '@verifiedfan/ports';
import type { CatalogueCheck, Market, SelectionRules } from '../markets/market.ts';
import type { MarketDraft } from '../markets/schemas.ts';
import { type Operation, operationField } from '../operation.ts';

export type MarketChanges = {
  added: Market[];
  /** Only the fields that people write: what is computed about a market is written by others at the same time. */
  changed: { filter: Filter; update: UpdateOperators }[];
  removed: Market[];
  /** All markets as they are afterwards, in order. */
  markets: Market[];
};

/** What the catalogue said, by event; markets that are not in it keep what was said before. */
export type CatalogueChecks = ReadonlyMap<string, CatalogueCheck>;

export type MarketChangesOptions = {
  campaignId: string;
  stored: readonly Market[];
  wanted: readonly MarketDraft[];
  createId: () => string;
  checks?: CatalogueChecks | undefined;
};

const WRITTEN = ['name', 'venueId', 'date', 'status', 'selectionRules', 'catalogue', 'position'] as const;
const writtenFields = (market: Partial<Market>): JsonObject =>
  Object.fromEntries(WRITTEN.flatMap((name) => (market[name] === undefined ? [] : [[name, market[name]]])));

/** The rules to store: those that stand if they say the same, else under the version of the market that they come with. */
const withVersion = (
  rules: MarketDraft['selectionRules'],
  known: SelectionRules | undefined,
  version: number,
): Pick<Market, 'selectionRules'> => {
  if (rules === undefined) return {};
  const same = known !== undefined && isDeepStrictEqual({ ...rules, ruleVersion: known.ruleVersion }, known);
  return { selectionRules: same ? known : { ...rules, ruleVersion: version } };
};

type New = {
  _id: string;
  campaignId: string;
  position: number;
  catalogue: CatalogueCheck | undefined;
  operation?: Operation;
};

export const newMarket = (
  { selectionRules, ...draft }: MarketDraft,
  { _id, catalogue, operation, ...fields }: New,
): Market =>
  ({
    _id,
    ...draft,
    ...withVersion(selectionRules, undefined, 1),
    ...(catalogue === undefined ? {} : { catalogue }),
    ...operationField(operation),
    ...fields,
    version: 1,
  }) as Market;

type Kept = { position: number; catalogue: CatalogueCheck | undefined };

/** A stored market as a draft changes it, and how that is written; undefined when it stays as it is. */
export const changeMarket = (
  known: Market,
  { selectionRules, ...draft }: MarketDraft,
  { position, catalogue = known.catalogue }: Kept,
): { next: Market; change: MarketChanges['changed'][number] } | undefined => {
  const { _id, campaignId, eventId, selection } = known;
  const version = known.version + 1;
  const rules = withVersion(selectionRules, known.selectionRules, version);
  const written = { ...draft, ...rules, ...(catalogue === undefined ? {} : { catalogue }), position };
  if (isDeepStrictEqual(writtenFields(written as Partial<Market>), writtenFields(known))) return undefined;
  // Without rules there is no selection; under other rules the old one stands, with its versions, until the next is computed.
  const kept = rules.selectionRules === undefined || selection === undefined ? {} : { selection };
  const next = { ...written, ...kept, _id, campaignId, eventId, version } as Market;
  return { next, change: changeOf(known, next) };
};

const changeOf = (stored: Market, next: Market): MarketChanges['changed'][number] => {
  const fields = writtenFields(next);
  const gone: string[] = WRITTEN.filter((name) => !Object.hasOwn(fields, name));
  if (next.selectionRules === undefined) gone.push('selection');
  const update = { $set: { ...fields, version: next.version } };
  const unset = { $unset: Object.fromEntries(gone.map((name) => [name, ''])) };
  return {
    filter: { _id: stored._id, version: stored.version },
    update: gone.length > 0 ? { ...update, ...unset } : update,
  };
};

/** What has to be written so that a campaign has the wanted markets, in their order. A market is known by its event. */
export const planMarkets = ({ campaignId, stored, wanted, createId, checks }: MarketChangesOptions): MarketChanges => {
  const byEvent = new Map(stored.map((market) => [market.eventId, market]));
  const changes: MarketChanges = { added: [], changed: [], removed: [], markets: [] };
  let last = -1;
  for (const draft of wanted) {
    const known = byEvent.get(draft.eventId);
    byEvent.delete(draft.eventId);
    // A market that need not move keeps its place, so that the removal of one does not change all behind it.
    const position = known !== undefined && known.position > last ? known.position : last + 1;
    last = position;
    const catalogue = checks?.get(draft.eventId);
    if (known === undefined) {
      const added = newMarket(draft, { _id: createId(), campaignId, position, catalogue });
      changes.added.push(added);
      changes.markets.push(added);
      continue;
    }
    const changed = changeMarket(known, draft, { position, catalogue });
    if (changed !== undefined) changes.changed.push(changed.change);
    changes.markets.push(changed?.next ?? known);
  }
  changes.removed.push(...byEvent.values());
  return changes;
};

export const isUnchanged = ({ added, changed, removed }: MarketChanges): boolean =>
  added.length === 0 && changed.length === 0 && removed.length === 0;

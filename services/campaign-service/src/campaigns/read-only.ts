import { isDeepStrictEqual } from 'node:util';
import type { JsonObject, JsonValue } from '@verifiedfan/ports';
import { toPointer, type ValidationDetail } from '@verifiedfan/schema';
import { CampaignError } from '../errors.ts';
import { isObject } from './is-object.ts';
import type { CampaignView } from './schemas.ts';

const CAMPAIGN_PATHS = [
  ['_id'],
  ['status'],
  ['version'],
  ['createdAt'],
  ['updatedAt'],
  ['date', 'opened'],
  ['date', 'closed'],
  ['date', 'inactivated'],
] as const;
const MARKET_PATHS = [['_id'], ['campaignId'], ['version'], ['catalogue'], ['selectionRules', 'ruleVersion']] as const;

/** What a campaign that does not exist yet may say about itself. */
const NEW_CAMPAIGN = { status: 'DRAFT', version: 1 };

const valueAt = (object: unknown, path: readonly string[]): unknown =>
  path.reduce((value, name) => (isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined), object);

const without = (object: JsonObject, [name = '', ...rest]: readonly string[]): JsonObject => {
  const { [name]: value, ...others } = object;
  return rest.length > 0 && isObject(value) ? { ...others, [name]: without(value, rest) } : others;
};

export type Stripped = { object: JsonObject; details: ValidationDetail[] };

/** Takes read-only fields away, after they were found to be what is stored: a client may send back what it read. */
const strip = (
  object: JsonObject,
  known: unknown,
  paths: readonly (readonly string[])[],
  base: readonly PropertyKey[],
): Stripped => {
  const details: ValidationDetail[] = [];
  let stripped = object;
  for (const path of paths) {
    const value = valueAt(object, path);
    if (value === undefined) continue;
    stripped = without(stripped, path);
    if (isDeepStrictEqual(value, valueAt(known, path))) continue;
    details.push({
      pointer: toPointer([...base, ...path]),
      rule: 'read_only',
      message: 'Is read-only and not what is stored',
    });
  }
  return { object: stripped, details };
};

/**
 * The same for a market. `selection` is passed over whatever it says: a worker writes it while people edit, without moving the version
 * that they send back.
 */
export const stripMarket = (
  { selection: _selection, ...market }: JsonObject,
  known: object | undefined,
  base: readonly PropertyKey[] = [],
): Stripped => strip(market, known, MARKET_PATHS, base);

/** The document without its read-only fields. Throws VALIDATION_ERROR for those that differ from what is stored. */
export const stripReadOnly = (document: JsonObject, stored: CampaignView | undefined): JsonObject => {
  // A new campaign chooses its own id.
  const paths = stored === undefined ? CAMPAIGN_PATHS.filter(([name]) => name !== '_id') : CAMPAIGN_PATHS;
  const campaign = strip(document, stored ?? NEW_CAMPAIGN, paths, []);
  const details = [...campaign.details];
  const stripAt = (market: JsonValue, index: number): JsonValue => {
    if (!isObject(market)) return market;
    const known = stored?.markets.find(({ eventId }) => eventId === market.eventId);
    const result = stripMarket(market, known, ['markets', index]);
    details.push(...result.details);
    return result.object;
  };
  const { markets } = campaign.object;
  const object = Array.isArray(markets) ? { ...campaign.object, markets: markets.map(stripAt) } : campaign.object;
  if (details.length > 0) throw new CampaignError('VALIDATION_ERROR', details);
  return object;
};

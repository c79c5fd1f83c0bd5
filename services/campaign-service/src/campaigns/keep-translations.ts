import type { JsonObject, JsonValue } from '@verifiedfan/ports';
import { isObject } from './is-object.ts';
import type { CampaignView } from './schemas.ts';

/** A text that is one of the stored translations is what a reader in that language was shown, so it changes none of them. */
const keep = (sent: JsonValue, stored: unknown): JsonValue =>
  typeof sent === 'string' && isObject(stored) && Object.values(stored).includes(sent) ? stored : sent;

/** The same for the named fields of one document. */
export const keepTexts = (document: JsonObject, stored: object | undefined, fields: readonly string[]): JsonObject =>
  Object.fromEntries(
    Object.entries(document).map(([name, value]) =>
      fields.includes(name) && stored !== undefined ? [name, keep(value, Reflect.get(stored, name))] : [name, value],
    ),
  );

/**
 * A patch that sends back what was read in one language must not remove the others. Where every language shall have one text, the patch
 * removes the others by name: `{ "name": { "de": null } }`.
 */
export const keepTranslations = (patch: JsonObject, stored: CampaignView): JsonObject => {
  const kept = keepTexts(patch, stored, ['name', 'description']);
  if (!Array.isArray(kept.markets)) return kept;
  const byEvent = new Map(stored.markets.map((market) => [market.eventId as JsonValue, market]));
  const markets = kept.markets.map((market) =>
    isObject(market) ? keepTexts(market, byEvent.get(market.eventId ?? null), ['name']) : market,
  );
  return { ...kept, markets };
};

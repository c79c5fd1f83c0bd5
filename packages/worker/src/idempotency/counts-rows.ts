import type { Item, JsonObject, JsonValue, Key, Table } from '@verifiedfan/ports';

/** The counts of a campaign are the sum of its base row and of one row per shard of the change stream. */
export const COUNTS_PREFIX = 'meta:counts';
export const countsKey = (campaignId: string, shard?: string): Key => ({
  PK: `campaign:${campaignId}`,
  SK: shard === undefined ? COUNTS_PREFIX : `${COUNTS_PREFIX}#${shard}`,
});

export type Sums<Sum extends string> = Record<Sum, number>;

const numberOf = (value: JsonValue | undefined): number => (typeof value === 'number' ? value : 0);

/** The sums of the rows, attribute by attribute; what a row lacks counts as 0. */
export const addRows = <Sum extends string>(sums: readonly Sum[], rows: readonly (Item | undefined)[]): Sums<Sum> => {
  const total = Object.fromEntries(sums.map((sum) => [sum, 0])) as Sums<Sum>;
  for (const row of rows) for (const sum of sums) total[sum] += numberOf(row?.[sum]);
  return total;
};

/** How often the base row was changed by folding or repair, so that readers notice that rows moved under their eyes. */
export const revisionOf = (base: Item | undefined): number => numberOf(base?.revision);

/** The shards folded into the base row, with the time of folding in milliseconds. */
export const foldedShards = (base: Item | undefined): JsonObject => {
  const folded = base?.folded;
  return typeof folded === 'object' && folded !== null && !Array.isArray(folded) ? folded : {};
};

/** The base row and the shard rows of one campaign. */
export const queryCounts = async (
  table: Table,
  campaignId: string,
): Promise<{ base: Item | undefined; shards: Item[] }> => {
  const { PK, SK } = countsKey(campaignId);
  const items: Item[] = [];
  let cursor: string | undefined;
  do {
    const page = await table.query({
      PK,
      SK: { beginsWith: COUNTS_PREFIX },
      ...(cursor === undefined ? {} : { cursor }),
    });
    items.push(...page.items);
    cursor = page.cursor;
  } while (cursor !== undefined);
  return { base: items.find((item) => item.SK === SK), shards: items.filter((item) => item.SK.startsWith(`${SK}#`)) };
};

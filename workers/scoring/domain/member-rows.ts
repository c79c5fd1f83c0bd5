import type { Item, Table } from '@verifiedfan/ports';
import { campaignPartitions, MEMBER_PREFIX } from './keys.ts';

/** All member rows of a campaign, page by page, in the order of member ids within a partition. */
export async function* memberRows(table: Table, campaignId: string): AsyncIterable<Item> {
  for (const PK of campaignPartitions(campaignId)) {
    let cursor: string | undefined;
    do {
      const page = await table.query({
        PK,
        SK: { beginsWith: MEMBER_PREFIX },
        ...(cursor === undefined ? {} : { cursor }),
      });
      yield* page.items;
      cursor = page.cursor;
    } while (cursor !== undefined);
  }
}

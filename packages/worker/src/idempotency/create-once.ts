import type { Item, Table } from '@verifiedfan/ports';
import { sameContent } from './content.ts';
import { asError } from './errors.ts';
import { writeEach } from './write-each.ts';

/**
 * Create-if-absent: a row under a key that follows from what it is about exists once, whatever is redelivered. An attempt whose answer
 * was lost finds its own row on the next attempt, as `existed` with `same: true`.
 */
export type Creation =
  | { outcome: 'created' }
  /** `same` tells a repetition from another thing under the same key, which was not written. */
  | { outcome: 'existed'; same: boolean; item: Item }
  | { outcome: 'failed'; error: Error };

export type CreateOnceOptions = {
  table: Table;
  items: readonly Item[];
  /** Attributes that differ between attempts without making it another thing, such as the time of creation or a later state. */
  ignore?: readonly string[];
};

/** Creates the rows that are not there yet; answers per row, in order. Never throws for what a single row or the table does wrong. */
export const createOnce = async ({ table, items, ignore = [] }: CreateOnceOptions): Promise<Creation[]> => {
  const ignored = new Set(ignore);
  const results = await writeEach(
    table,
    items.map((put) => ({ put, condition: { absent: 'PK' } })),
  );
  return items.map((item, index) => {
    const result = results[index];
    if (result?.outcome === 'applied') return { outcome: 'created' };
    if (result?.outcome === 'refused' && result.item !== undefined) {
      return { outcome: 'existed', same: sameContent(result.item, item, ignored), item: result.item };
    }
    return { outcome: 'failed', error: asError(result?.outcome === 'failed' ? result.error : undefined) };
  });
};

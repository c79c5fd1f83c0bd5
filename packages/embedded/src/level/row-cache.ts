import type { Item } from '@verifiedfan/ports';

/** A row as it is stored: its item and the number of the change record that holds it; `item` undefined is a row that does not exist. */
export type Row = { readonly item: Item | undefined; readonly number: number };

/** Rows that were written or read lately, durable ones only. */
export type RowCache = {
  get(rowKey: string): Row | undefined;
  set(rowKey: string, row: Row): void;
  clear(): void;
};

/**
 * Holds between half and all of `maxRows` of the rows used last. Two generations instead of a linked list: a write is one insertion, and
 * the older half is dropped at once, which is several times cheaper than moving every entry to the end of a Map.
 */
export const createRowCache = (maxRows: number): RowCache => {
  const half = Math.ceil(maxRows / 2);
  let young = new Map<string, Row>();
  let old = new Map<string, Row>();

  const set = (rowKey: string, row: Row): void => {
    if (half === 0) return;
    if (young.size >= half && !young.has(rowKey)) {
      old = young;
      young = new Map();
    }
    young.set(rowKey, row);
  };

  return {
    set,
    get(rowKey) {
      const row = young.get(rowKey);
      if (row) return row;
      const earlier = old.get(rowKey);
      if (earlier) set(rowKey, earlier);
      return earlier;
    },
    clear() {
      young = new Map();
      old = new Map();
    },
  };
};

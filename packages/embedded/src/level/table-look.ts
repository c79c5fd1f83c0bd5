import type { Prepared } from '@verifiedfan/ports/table-rules';
import type { TableState, View } from './evaluate.ts';
import type { Row, RowCache } from './row-cache.ts';
import type { RowReader } from './rows.ts';
import type { Store } from './store.ts';
import { readExpired, readTokens, TOKEN_LIFE_MS } from './tokens.ts';
import type { Writer } from './writer.ts';

/** What some calls are about to touch. */
export type Touched = readonly { readonly actions: readonly Prepared[]; readonly token: string | undefined }[];

/**
 * Finds the latest state of everything that calls touch: in the groups that are not durable yet, in the cache, or in the store. `expired` are
 * keys to delete with the next write. Only one look may be under way, and nothing may be evaluated meanwhile: then nobody can write
 * a row between the moment it is looked for and the moment it is used.
 */
export type Look = (
  store: Store,
  touched: Touched,
  nowMs: number,
) => Promise<{ view: View; expired: readonly string[] }>;

const NO_ROW: Row = { item: undefined, number: 0 };
const SWEEP_INTERVAL_MS = TOKEN_LIFE_MS / 10;

export const createLook = ({
  writer,
  reader,
  cache,
}: {
  writer: Writer<TableState>;
  reader: RowReader;
  cache: RowCache;
}): Look => {
  let sweepAtMs = 0;

  const readRows = async (store: Store, touched: Touched): Promise<View['rows']> => {
    const rows = new Map<string, Row>();
    const pending = writer.pending();
    const unknown: string[] = [];
    for (const { actions } of touched) {
      for (const { rowKey } of actions) {
        if (rows.has(rowKey)) continue;
        let row: Row | undefined;
        for (const group of pending) row ??= group.state.rows.get(rowKey);
        row ??= cache.get(rowKey);
        rows.set(rowKey, row ?? NO_ROW);
        if (!row) unknown.push(rowKey);
      }
    }
    const read = await reader.read(store, unknown);
    read.forEach((row, index) => {
      const rowKey = unknown[index];
      if (rowKey !== undefined && row.item) rows.set(rowKey, row);
    });
    return rows;
  };

  const readUsed = async (store: Store, names: readonly string[]): Promise<View['tokens']> => {
    const pending = writer.pending();
    const stored = names.length === 0 ? [] : await readTokens(store, names);
    return new Map(
      names.flatMap((token, index) => {
        const value = pending.find(({ state }) => state.tokens.has(token))?.state.tokens.get(token) ?? stored[index];
        return value ? [[token, value] as const] : [];
      }),
    );
  };

  const readOver = async (store: Store, nowMs: number): Promise<string[]> => {
    if (nowMs < sweepAtMs) return [];
    sweepAtMs = nowMs + SWEEP_INTERVAL_MS;
    const pending = writer.pending();
    const over = await readExpired(store, nowMs);
    // A token that is being used again right now still shows its old age in the store.
    return over.flatMap(({ token, keys }) => (pending.some(({ state }) => state.tokens.has(token)) ? [] : keys));
  };

  return async (store, touched, nowMs) => {
    const names = touched.flatMap(({ token }) => token ?? []);
    const view = { rows: await readRows(store, touched), tokens: await readUsed(store, names) };
    return { view, expired: names.length === 0 ? [] : await readOver(store, nowMs) };
  };
};

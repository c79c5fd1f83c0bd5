import type { Item, TablePage, TableQuery } from '@verifiedfan/ports';
import {
  encodeCursor,
  itemBytes,
  type PreparedClause,
  prepareQuery,
  prepareScan,
} from '@verifiedfan/ports/table-rules';
import { holds } from './condition.ts';
import { bytesOf } from './log-state.ts';
import { partitionPrefix, rowKey } from './row-key.ts';
import type { RowReader } from './rows.ts';
import type { Store, StoreRange } from './store.ts';

type Range = Pick<StoreRange, 'gte' | 'gt' | 'lt' | 'lte'>;
type PageOptions = { range: Range; limit: number; reverse: boolean };

const MAX_PAGE_BYTES = 1_048_576;
/** Pointers read at once: a page of a megabyte is seldom more rows, and small pages stay one read. */
const MAX_CHUNK = 1_000;
const ALL = Number.MAX_SAFE_INTEGER - 1;

/** Behind every text that begins with the same bytes: 0xff occurs in no UTF-8. */
const endOf = (prefix: string): Uint8Array => Buffer.concat([bytesOf(prefix), Buffer.of(0xff)]);

/** The rows of a partition end where its separator, U+0000, would become U+0001. */
const partitionEnd = (PK: string): Uint8Array => bytesOf(`${partitionPrefix(PK).slice(0, -1)}\u0001`);

const clauseRange = (PK: string, clause: PreparedClause): Range => {
  const prefix = partitionPrefix(PK);
  const at = (SK: string): Uint8Array => bytesOf(prefix + SK);
  switch (clause.operator) {
    case 'between':
      return { gte: at(clause.low), lte: at(clause.high) };
    case 'beginsWith':
      return { gte: at(clause.operand), lt: endOf(prefix + clause.operand) };
    case 'equals':
      return { gte: at(clause.operand), lte: at(clause.operand) };
    case 'less':
      return { lt: at(clause.operand) };
    case 'lessOrEqual':
      return { lte: at(clause.operand) };
    case 'greater':
      return { gt: at(clause.operand) };
    default:
      return { gte: at(clause.operand) };
  }
};

/** Continues behind a row; a cursor from outside the range does not widen it. */
const behind = (range: Range, position: Uint8Array, reverse: boolean): Range => {
  const { gte, gt, lt, lte } = range;
  const narrows = (end: Uint8Array | undefined): boolean =>
    end === undefined || Buffer.compare(position, end) * (reverse ? -1 : 1) >= 0;
  // The row at an included end narrows too: otherwise its page would come again and again.
  if (reverse) return narrows(lt ?? lte) ? { ...(gt ? { gt } : gte ? { gte } : {}), lt: position } : range;
  return narrows(gte ?? gt) ? { ...(lt ? { lt } : lte ? { lte } : {}), gt: position } : range;
};

const readPage = async (
  { store, rows }: { store: Store; rows: RowReader },
  { range, limit, reverse }: PageOptions,
): Promise<TablePage> => {
  const snapshot = store.snapshot();
  const pointers = store.values({ ...range, reverse, snapshot, keyEncoding: 'view', valueEncoding: 'utf8' });
  const items: Item[] = [];
  let bytes = 0;
  try {
    for (;;) {
      // One more than asked for shows whether there is more, so that the last page carries no cursor.
      const some = (await pointers.nextv(Math.min(limit - items.length + 1, MAX_CHUNK))) as string[];
      for (const { item } of await rows.resolve({ store, snapshot }, some)) {
        if (!item) continue;
        bytes += itemBytes(item);
        const last = items.at(-1);
        if (last && (items.length === limit || bytes > MAX_PAGE_BYTES)) return { items, cursor: encodeCursor(last) };
        items.push(item);
      }
      if (some.length === 0) return { items };
    }
  } finally {
    await pointers.close().catch(() => undefined);
    await snapshot.close().catch(() => undefined);
  }
};

/** Reads one page of a partition. Throws `validation` for a clause, filter, limit or cursor that is wrong. */
export const planQuery = (query: TableQuery) => {
  const { PK, clause, limit = ALL, reverse, filter, position } = prepareQuery(query);
  const partition: Range = { gte: bytesOf(partitionPrefix(PK)), lt: partitionEnd(PK) };
  const { gte, gt, lt, lte } = clause === undefined ? {} : clauseRange(PK, clause);
  const lower = gt ? { gt } : { gte: gte ?? partition.gte };
  const upper = lte ? { lte } : { lt: lt ?? partition.lt };
  const whole = { ...lower, ...upper } as Range;
  const range = position === undefined ? whole : behind(whole, bytesOf(rowKey(position)), reverse);
  return async (source: { store: Store; rows: RowReader }): Promise<TablePage> => {
    const page = await readPage(source, { range, limit, reverse });
    return filter ? { ...page, items: page.items.filter((item) => holds(filter, item)) } : page;
  };
};

/** Reads one page of all rows, in the order of their keys' bytes. */
export const planScan = (scan: { limit?: number; cursor?: string }) => {
  const { limit = ALL, position } = prepareScan(scan);
  const whole: Range = { gte: bytesOf('r'), lt: bytesOf('s') };
  const range = position === undefined ? whole : behind(whole, bytesOf(rowKey(position)), false);
  return (source: { store: Store; rows: RowReader }): Promise<TablePage> =>
    readPage(source, { range, limit, reverse: false });
};

import type { Item, SortKeyClause, TablePage, TableQuery } from '@verifiedfan/ports';
import { assertCondition, holds } from './condition.ts';
import { invalid } from './errors.ts';
import { assertKeyPart, itemBytes } from './item.ts';
import { compareUtf8 } from './json.ts';
import { bytesOf } from './log-state.ts';
import { partitionPrefix, rowKey } from './row-key.ts';
import type { RowReader } from './rows.ts';
import type { Store, StoreRange } from './store.ts';

type Range = Pick<StoreRange, 'gte' | 'gt' | 'lt' | 'lte'>;
type PageOptions = { range: Range; limit: number; reverse: boolean };

const MAX_PAGE_BYTES = 1_048_576;
/** Pointers read at once: a page of a megabyte is seldom more rows, and small pages stay one read. */
const MAX_CHUNK = 1_000;

const encodeCursor = ({ PK, SK }: Item): string => Buffer.from(JSON.stringify([PK, SK])).toString('base64url');

const decodeCursor = (cursor: string): { PK: string; SK: string } => {
  try {
    const [PK, SK] = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    assertKeyPart('PK', PK);
    assertKeyPart('SK', SK);
    return { PK, SK };
  } catch {
    throw invalid('the cursor is not one that this table made');
  }
};

/** Behind every text that begins with the same bytes: 0xff occurs in no UTF-8. */
const endOf = (prefix: string): Uint8Array => Buffer.concat([bytesOf(prefix), Buffer.of(0xff)]);

/** The rows of a partition end where its separator, U+0000, would become U+0001. */
const partitionEnd = (PK: string): Uint8Array => bytesOf(`${partitionPrefix(PK).slice(0, -1)}\u0001`);

const CLAUSES: Readonly<Record<string, (at: (SK: string) => Uint8Array, operand: string) => Range>> = {
  less: (at, operand) => ({ lt: at(operand) }),
  lessOrEqual: (at, operand) => ({ lte: at(operand) }),
  greater: (at, operand) => ({ gt: at(operand) }),
  greaterOrEqual: (at, operand) => ({ gte: at(operand) }),
  equals: (at, operand) => ({ gte: at(operand), lte: at(operand) }),
};

const clauseRange = (PK: string, clause: SortKeyClause): Range => {
  const prefix = partitionPrefix(PK);
  const at = (SK: string): Uint8Array => bytesOf(prefix + SK);
  const [[operator, operand] = [], ...others] = Object.entries(clause);
  if (operator === undefined || others.length > 0) throw invalid('a clause on the sort key has exactly one operator');
  if (operator === 'between') {
    const [low, high] = Array.isArray(operand) ? operand : [];
    assertKeyPart('SK', low);
    assertKeyPart('SK', high);
    if (compareUtf8(low, high) > 0) throw invalid('between needs its lower end first');
    return { gte: at(low), lte: at(high) };
  }
  assertKeyPart('SK', operand);
  if (operator === 'beginsWith') return { gte: at(String(operand)), lt: endOf(prefix + operand) };
  const range = Object.hasOwn(CLAUSES, operator) ? CLAUSES[operator] : undefined;
  if (!range) throw invalid('a clause on the sort key has an operator that does not exist');
  return range(at, String(operand));
};

const later = (a: Uint8Array, b: Uint8Array | undefined): boolean => b === undefined || Buffer.compare(a, b) >= 0;

/** Continues behind a row; a cursor from outside the range does not widen it. */
const behind = (range: Range, position: Uint8Array, reverse: boolean): Range => {
  const { gte, gt, lt, lte } = range;
  if (reverse) {
    const end = lt ?? lte;
    return end && later(position, end) ? range : { ...(gt ? { gt } : gte ? { gte } : {}), lt: position };
  }
  return later(position, gte ?? gt) ? { ...(lt ? { lt } : lte ? { lte } : {}), gt: position } : range;
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

const assertLimit = (limit: number | undefined): number => {
  if (limit === undefined) return Number.MAX_SAFE_INTEGER - 1;
  if (!Number.isInteger(limit) || limit < 1) throw invalid('limit is a whole number from 1');
  return limit;
};

/** Reads one page of a partition. Throws `validation` for a clause, filter, limit or cursor that is wrong. */
export const planQuery = ({ PK, SK, limit, reverse = false, filter, cursor }: TableQuery) => {
  assertKeyPart('PK', PK);
  if (filter !== undefined) assertCondition(filter, ['PK', 'SK']);
  const partition: Range = { gte: bytesOf(partitionPrefix(PK)), lt: partitionEnd(PK) };
  const { gte, gt, lt, lte } = SK === undefined ? {} : clauseRange(PK, SK);
  const lower = gt ? { gt } : { gte: gte ?? partition.gte };
  const upper = lte ? { lte } : { lt: lt ?? partition.lt };
  let range = { ...lower, ...upper } as Range;
  if (cursor !== undefined) {
    const position = decodeCursor(cursor);
    if (position.PK !== PK) throw invalid('the cursor belongs to another partition');
    range = behind(range, bytesOf(rowKey(position)), reverse);
  }
  const options = { range, limit: assertLimit(limit), reverse };
  return async (source: { store: Store; rows: RowReader }): Promise<TablePage> => {
    const page = await readPage(source, options);
    return filter ? { ...page, items: page.items.filter((item) => holds(filter, item)) } : page;
  };
};

/** Reads one page of all rows, in the order of their keys' bytes. */
export const planScan = ({ limit, cursor }: { limit?: number; cursor?: string }) => {
  const range: Range = { gte: bytesOf('r'), lt: bytesOf('s') };
  const position = cursor === undefined ? undefined : bytesOf(rowKey(decodeCursor(cursor)));
  const options = {
    range: position ? behind(range, position, false) : range,
    limit: assertLimit(limit),
    reverse: false,
  };
  return (source: { store: Store; rows: RowReader }): Promise<TablePage> => readPage(source, options);
};

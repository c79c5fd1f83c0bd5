import { it } from 'node:test';
import type { Item, SortKeyClause, TablePage, TableQuery } from '@verifiedfan/ports';
import { registerMutants } from '../src/suite.ts';
import { tableQueryCases } from '../src/table-query-cases.ts';
import { openTable } from './open.ts';
import { lenient, on, queries, type TableMutant } from './table-mutants.ts';

const pages = (change: (page: TablePage, query: TableQuery) => TablePage): TableMutant =>
  on((table) => ({ query: async (query) => change(await table.query(query), query) }));

/** Takes one clause on the sort key for another. */
const clauses = (operator: string, change: (operand: string) => SortKeyClause): TableMutant =>
  queries((query) => {
    const operand = query.SK && (query.SK as Record<string, unknown>)[operator];
    return operand === undefined ? query : { ...query, SK: change(String(operand)) };
  });

const without = (name: keyof TableQuery): TableMutant =>
  queries((query) => {
    const { [name]: _, ...rest } = query;
    return { ...rest, PK: query.PK };
  });

/** Reads on until a page is full of rows that the filter let through. */
const filterFirst: TableMutant = on((table) => ({
  async query(query) {
    const items: Item[] = [];
    let { cursor } = query;
    do {
      const page: TablePage = await table.query({ ...query, ...(cursor !== undefined && { cursor }) });
      items.push(...page.items);
      cursor = page.cursor;
    } while (cursor !== undefined && items.length < (query.limit ?? Number.POSITIVE_INFINITY));
    return { items, ...(cursor !== undefined && { cursor }) };
  },
}));

const byPrefix: TableMutant = on((table) => ({
  async query(query) {
    const { items } = await table.scan();
    return { items: items.filter(({ PK }) => PK.startsWith(query.PK)) };
  },
}));

const stale: TableMutant = on((table) => {
  let first: TablePage | undefined;
  return {
    async updateMany(list) {
      const results = await table.updateMany(list);
      first ??= await table.query({ PK: 'campaign:a' });
      return results;
    },
    query: async () => first ?? { items: [] },
  };
});

registerMutants({
  title: 'table queries',
  cases: tableQueryCases,
  it,
  ...openTable,
  mutants: {
    'returns the rows of one partition only': {
      'takes the partition key for a prefix': byPrefix,
      'gives a cursor although nothing follows': pages((page) => ({ ...page, cursor: 'more' })),
    },
    'orders rows by the UTF-8 bytes of the sort key': {
      'orders by UTF-16 units': pages((page) => ({
        ...page,
        items: page.items.toSorted((a, b) => (a.SK < b.SK ? -1 : 1)),
      })),
      'orders numbers as numbers': pages((page) => ({
        ...page,
        items: page.items.toSorted((a, b) => Number(a.SK) - Number(b.SK) || 0),
      })),
    },
    'keeps to every clause on the sort key, in both directions': {
      'ignores the clause': without('SK'),
      'ignores the direction': without('reverse'),
      'takes equals for a prefix': clauses('equals', (operand) => ({ beginsWith: operand })),
      'takes a prefix for a lower end': clauses('beginsWith', (operand) => ({ greaterOrEqual: operand })),
      'leaves out the upper end of between': queries((query) =>
        query.SK && 'between' in query.SK ? { ...query, SK: { between: [query.SK.between[0], 'bb'] } } : query,
      ),
      'includes the end of less': clauses('less', (operand) => ({ lessOrEqual: operand })),
      'leaves out the end of lessOrEqual': clauses('lessOrEqual', (operand) => ({ less: operand })),
      'includes the end of greater': clauses('greater', (operand) => ({ greaterOrEqual: operand })),
      'leaves out the end of greaterOrEqual': clauses('greaterOrEqual', (operand) => ({ greater: operand })),
    },
    'walks through pages with every row once, in both directions': {
      'starts again with every page': without('cursor'),
      'ignores the limit': without('limit'),
      'ends after the first page': pages(({ items }) => ({ items })),
      'forgets the clause on later pages': queries(({ SK, ...query }) =>
        query.cursor === undefined && SK ? { ...query, SK } : query,
      ),
      'loses the first row of later pages': pages((page, { cursor }) =>
        cursor === undefined ? page : { ...page, items: page.items.slice(1) },
      ),
    },
    'goes on behind the row at the very end of a clause, in both directions': {
      'gives the row at an included end again and again': queries(({ cursor, ...query }) =>
        query.reverse && query.SK && 'lessOrEqual' in query.SK ? query : { ...query, ...(cursor && { cursor }) },
      ),
    },
    'filters after the page was cut': {
      'fills pages behind the filter': filterFirst,
      'ignores the filter': without('filter'),
    },
    'ends a page at 1 MB of rows': {
      'reads on to the end': filterFirst,
      'ends after the first page': pages(({ items }) => ({ items })),
    },
    'refuses filters on keys, empty or turned-round clauses, foreign cursors and limits below 1': {
      'takes any query': lenient,
    },
    'shows the newest state of rows that were changed or deleted': { 'shows what it saw first': stale },
    'scans all rows of all partitions once, in pages': {
      'scans one partition': on((table) => ({ scan: () => table.query({ PK: 'p' }) })),
      'starts again with every page': on((table) => ({
        scan: (options) => table.scan({ limit: options?.limit ?? 1 }),
      })),
      'ignores the limit': on((table) => ({ scan: () => table.scan() })),
    },
  },
});

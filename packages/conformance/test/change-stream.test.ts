import { describe, it } from 'node:test';
import type { ChangeHeader, ChangeRecord, ShardRead, Table } from '@verifiedfan/ports';
import { changeStreamCases } from '../src/change-stream-cases.ts';
import type { TableSubject } from '../src/index.ts';
import { registerMutants } from '../src/suite.ts';
import { logMutants } from './log-mutants.ts';
import { openTable } from './open.ts';
import { on, type TableMutant } from './table-mutants.ts';

const changes = (change: (table: Table) => Partial<Table['changes']>): TableMutant =>
  on((table) => ({ changes: { ...table.changes, ...change(table) } }));

const records = (change: (records: ChangeRecord[]) => ChangeRecord[]): TableMutant =>
  changes((table) => ({
    async read(options) {
      const page: ShardRead<ChangeRecord> = await table.changes.read(options);
      return { ...page, records: change(page.records) };
    },
  }));
const each = (change: (record: ChangeRecord) => ChangeRecord): TableMutant => records((list) => list.map(change));

/** Writes a record for every action, whether it changed anything or not. */
const eager: TableMutant = on((table) => {
  let calls = 0;
  return {
    async updateMany(list) {
      const results = await table.updateMany(list);
      await table.updateMany(list.map(() => ({ put: { PK: 'noise', SK: `${calls++}` } })));
      return results;
    },
  };
});

describe('change stream', { concurrency: true }, () => {
  registerMutants({
    title: 'change stream',
    cases: changeStreamCases,
    it,
    ...openTable,
    mutants: {
      // A log of changes is a log: its methods are exchanged one level deeper.
      ...logMutants<TableSubject>((subject, change) => ({
        ...subject,
        table: {
          ...subject.table,
          changes: { ...subject.table.changes, ...(change(subject.table.changes as never) as object) },
        },
      })),
      'records every change with the images that belong to it': {
        'leaves the old image out': each(({ oldItem: _, ...record }) => record),
        'has an old image, undefined, for new rows': each((record) => ({
          ...record,
          oldItem: record.oldItem as never,
        })),
        'shows the present row as the old one': each((record) =>
          'oldItem' in record && record.newItem ? { ...record, oldItem: record.newItem } : record,
        ),
        'calls every write MODIFY': each((record) => ({ ...record, eventName: 'MODIFY' })),
        'gives the time in seconds': each((record) => ({ ...record, atMs: record.atMs / 1_000 + 0.5 })),
      },
      'makes no record of a write that changed nothing, was refused or failed': { 'records every write': eager },
      'keeps all changes of one row in one shard and in order': {
        'turns pages round': records((list) => list.toReversed()),
        'joins the changes of one row': records((list) =>
          list.filter((record, index) => list[index + 1]?.keys.PK !== record.keys.PK && index % 2 === 0),
        ),
        'calls every shard by a name of its own': each((record) => ({ ...record, shard: record.sequence })),
      },
      'makes one record for each row that a transaction changes, and none for its checks': {
        'records the first row alone': records((list) => list.filter(({ keys }) => keys.SK !== 'member:2')),
        'records checks': on((table) => ({
          async transact(list, options) {
            const result = await table.transact(list, options);
            for (const action of list)
              if ('check' in action) await table.updateMany([{ update: action.check, set: { checked: true } }]);
            return result;
          },
        })),
      },
      'shows the header to a filter before the images': {
        'shows nothing but the sequence': changes((table) => ({
          read: (options) => {
            const { filter } = options;
            const bare = ({ shard, sequence }: ChangeHeader) => ({ shard, sequence }) as ChangeHeader;
            return table.changes.read({ ...options, filter: filter && ((header) => filter(bare(header))) });
          },
        })),
        'loses the images of what it kept': each(({ newItem: _, ...record }) => record),
      },
    },
  });
});

import type { Key, SortKeyClause, Table, TableAction } from '@verifiedfan/ports';
import { WorkerError } from './errors.ts';
import type { TableActionName } from './loop-guard/index.ts';
import type { Grant } from './rights.ts';

type Checked = Parameters<Table['transact']>[0][number];

/** The row of an action, and what is done to it. */
const rowOf = (action: TableAction | Checked): { key: Key; name: TableActionName } => {
  if ('put' in action) return { key: action.put, name: 'put' };
  if ('update' in action) return { key: action.update, name: 'update' };
  if ('delete' in action) return { key: action.delete, name: 'delete' };
  return { key: action.check, name: 'check' };
};

/** The beginning that all sort keys share which a clause lets through. */
const prefixOf = (clause: SortKeyClause | undefined): string => {
  if (clause === undefined) return '';
  if ('equals' in clause) return clause.equals;
  return 'beginsWith' in clause ? clause.beginsWith : '';
};

/**
 * The table, narrowed to what a worker declared: everything else throws `undeclared` before anything is done. IAM sees partition keys alone;
 * here the sort keys count too.
 */
export const narrowTable = (table: Table, grants: readonly Grant[], worker: string): Table => {
  const byAction = Map.groupBy(
    grants.flatMap((grant) => grant.actions.map((action) => ({ action, ...grant }))),
    ({ action }) => action,
  );
  const allow = (name: TableActionName, partition: string, sort: string): void => {
    for (const { partitionPrefix, keyPrefix } of byAction.get(name) ?? []) {
      if (partition.startsWith(partitionPrefix) && sort.startsWith(keyPrefix)) return;
    }
    // Only what stands in front of the first colon: the rest of a key may be a person's.
    const kinds = [partition, sort].map((key) => key.slice(0, key.indexOf(':') + 1)).join(' ');
    throw new WorkerError('undeclared', `${worker} does not declare to ${name} rows of ${table.name} like ${kinds}`);
  };
  const allowEach = (actions: readonly (TableAction | Checked)[]): void => {
    for (const action of actions) {
      const { key, name } = rowOf(action);
      allow(name, key.PK, key.SK);
    }
  };
  return {
    name: table.name,
    changes: table.changes,
    async get(key) {
      allow('get', key.PK, key.SK);
      return table.get(key);
    },
    async getMany(keys) {
      for (const { PK, SK } of keys) allow('get', PK, SK);
      return table.getMany(keys);
    },
    async query(query) {
      allow('query', query.PK, prefixOf(query.SK));
      return table.query(query);
    },
    async scan(options) {
      allow('scan', '', '');
      return table.scan(options);
    },
    async updateMany(actions) {
      allowEach(actions);
      return table.updateMany(actions);
    },
    async transact(actions, options) {
      allowEach(actions);
      return table.transact(actions, options);
    },
  };
};

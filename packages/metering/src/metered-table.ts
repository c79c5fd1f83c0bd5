import type { Table } from '@verifiedfan/ports';
import type { Meter, Use } from './meter.ts';
import { meteredLog } from './metered-log.ts';
import { bytesOf, readUnitsOf, writeUnitsOf, writtenBytes } from './units.ts';

/** BatchGetItem takes this many keys. */
const KEYS_PER_REQUEST = 100;

/** The same table; each call is counted as the driver for DynamoDB makes it: one request a written row, 100 keys a read. */
export const meteredTable = (table: Table, meter: Meter): Table => {
  const add = (operation: string, use: Pick<Use, 'requests' | 'entries' | 'bytes' | 'unit' | 'units'>): void =>
    meter.add({ service: 'DynamoDB', resource: table.name, operation, ...use });
  const read = (operation: string, sizes: readonly number[], requests: number, units: number): void =>
    add(operation, { requests, entries: sizes.length, bytes: sum(sizes), unit: 'DynamoDB read unit', units });
  const page = (operation: string, sizes: readonly number[]): void =>
    read(operation, sizes, 1, readUnitsOf(sum(sizes)));
  return {
    ...table,
    async get(key) {
      const item = await table.get(key);
      page('get', [bytesOf(item)]);
      return item;
    },
    async getMany(keys) {
      const items = await table.getMany(keys);
      const sizes = items.map(bytesOf);
      read('getMany', sizes, Math.ceil(keys.length / KEYS_PER_REQUEST), sum(sizes.map(readUnitsOf)));
      return items;
    },
    async query(query) {
      const result = await table.query(query);
      page('query', result.items.map(bytesOf));
      return result;
    },
    async scan(options) {
      const result = await table.scan(options);
      page('scan', result.items.map(bytesOf));
      return result;
    },
    async updateMany(actions) {
      const results = await table.updateMany(actions);
      const sizes = actions.map((action, at) => writtenBytes(action, results[at]));
      const units = sum(sizes.map(writeUnitsOf));
      add('updateMany', {
        requests: actions.length,
        entries: actions.length,
        bytes: sum(sizes),
        unit: 'DynamoDB write unit',
        units,
      });
      return results;
    },
    async transact(actions, options) {
      const result = await table.transact(actions, options);
      // The rows before are not known here; a transaction is billed twice for what it writes.
      const sizes = actions.map((action) => ('check' in action ? 0 : writtenBytes(action, APPLIED)));
      const units = 2 * sum(sizes.map(writeUnitsOf));
      add('transact', { requests: 1, entries: actions.length, bytes: sum(sizes), unit: 'DynamoDB write unit', units });
      return result;
    },
    changes: meteredLog(table.changes, {
      meter,
      service: 'DynamoDB',
      resource: table.name,
      sizeOf: ({ newItem, oldItem }) => bytesOf(newItem) + bytesOf(oldItem),
    }),
  };
};

const APPLIED = { outcome: 'applied', changed: true, old: undefined } as const;
const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);

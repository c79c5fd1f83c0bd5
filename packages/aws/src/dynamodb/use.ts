import type { Item } from '@verifiedfan/ports';
import { itemBytes } from '@verifiedfan/ports/table-rules';

/** What requests cost, for a bill that somebody else prints. */
export type DynamoUse = {
  /** As the API calls it: `UpdateItem`, `GetRecords`. */
  operation: string;
  /** Requests that were sent; failed ones count. */
  requests: number;
  /** Read request units, as DynamoDB told them; 0 for requests that failed. */
  readUnits: number;
  /** Write request units. A refused write costs what its row's size costs, which DynamoDB does not tell: it is worked out. */
  writeUnits: number;
};

export type UnitKind = 'read' | 'write' | 'none';
export type ConsumedCapacity = { CapacityUnits?: number | undefined };

const WRITE_UNIT_BYTES = 1_024;

/** The units of an answer. Some operations tell one table, some a list of tables. */
export const unitsOf = (
  kind: UnitKind,
  consumed: ConsumedCapacity | readonly ConsumedCapacity[] | undefined,
): Pick<DynamoUse, 'readUnits' | 'writeUnits'> => {
  const tables = consumed === undefined ? [] : [consumed].flat();
  const units = tables.reduce((sum, { CapacityUnits = 0 }) => sum + CapacityUnits, 0);
  return { readUnits: kind === 'read' ? units : 0, writeUnits: kind === 'write' ? units : 0 };
};

/** "A failed conditional write consumes write capacity units based on the size of the existing item", one where there is none. */
export const refusedWriteUnits = (item: Item | undefined): number =>
  item === undefined ? 1 : Math.ceil(itemBytes(item) / WRITE_UNIT_BYTES);

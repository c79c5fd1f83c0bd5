import type { ActionResult, Item, TableAction } from '@verifiedfan/ports';
import { itemBytes } from '@verifiedfan/ports/table-rules';

const KIBIBYTE = 1_024;

/** How many units of `unitBytes` hold this many bytes; there is no call for less than one. */
export const unitsOf = (bytes: number, unitBytes: number): number => Math.max(1, Math.ceil(bytes / unitBytes));

/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/on-demand-capacity-mode.html: strongly consistent, by 4 KB. */
export const readUnitsOf = (bytes: number): number => unitsOf(bytes, 4 * KIBIBYTE);
export const writeUnitsOf = (bytes: number): number => unitsOf(bytes, KIBIBYTE);
export const bytesOf = (item: Item | undefined): number => (item === undefined ? 0 : itemBytes(item));

/** The bytes that a write is billed for: those of the larger of the row before and the row after; a refused one those of the row that refused. */
export const writtenBytes = (action: TableAction, result: ActionResult | undefined): number => {
  if (result === undefined || result.outcome === 'failed') return 0;
  if (result.outcome === 'refused') return bytesOf(result.item);
  return Math.max(bytesOf(result.old), bytesOf(rowAfter(action, result.old)));
};

const rowAfter = (action: TableAction, old: Item | undefined): Item | undefined => {
  if ('put' in action) return action.put;
  if ('delete' in action) return undefined;
  const { update, set = {}, setIfAbsent = {}, add = {}, remove = [] } = action;
  const row: Item = { ...setIfAbsent, ...add, ...old, ...set, ...update };
  for (const name of remove) delete row[name];
  return row;
};

export const textBytes = (text: string | Uint8Array): number =>
  typeof text === 'string' ? Buffer.byteLength(text) : text.byteLength;

import type { Table } from '@verifiedfan/ports';
import { type Floors, isSuperseded, readFloors } from './floors.ts';
import { type RowChange, type RowOutcome, settleRows } from './settle-rows.ts';

export type AppliedRows<Tag> = {
  /** What became of the statements that count. */
  outcomes: RowOutcome<Tag>[];
  /** Claims of superseded loads: left out. */
  superseded: RowChange<Tag>[];
  /** Claims that were superseded while they were written, and what their withdrawal did. */
  undone: RowOutcome<Tag>[];
};

/**
 * Applies statements to rows, leaving out claims of superseded loads. The floors are read once more after the write: a floor that was
 * raised in between may have had its removals applied by another shard before this write, so what this write added is withdrawn.
 * Every change has a tag of its own.
 */
export const applyRows = async <Tag>(table: Table, changes: readonly RowChange<Tag>[]): Promise<AppliedRows<Tag>> => {
  const files = new Set<string>();
  for (const change of changes) if ('claim' in change) files.add(change.claim.file);
  const before = await readFloors(table, files);
  const [superseded, current] = partition(changes, before);
  const outcomes = await settleRows(table, current);
  const [late] = partition(current, await readFloors(table, files));
  if (late.length === 0) return { outcomes, superseded, undone: [] };
  const undone = await settleRows(table, late.map(withdrawalOf));
  const tags = new Set(late.map(({ tag }) => tag));
  return {
    outcomes: [...outcomes.filter(({ tag }) => !tags.has(tag)), ...undone.filter((outcome) => 'error' in outcome)],
    superseded,
    undone: undone.filter((outcome) => !('error' in outcome)),
  };
};

/** Claims below the floor of their file, and everything else. */
const partition = <Tag>(changes: readonly RowChange<Tag>[], floors: Floors): [RowChange<Tag>[], RowChange<Tag>[]] => {
  const below: RowChange<Tag>[] = [];
  const rest: RowChange<Tag>[] = [];
  for (const change of changes) ('claim' in change && isSuperseded(floors, change.claim) ? below : rest).push(change);
  return [below, rest];
};

const withdrawalOf = <Tag>(change: RowChange<Tag>): RowChange<Tag> => {
  if (!('claim' in change)) return change;
  const { key, tag, claim } = change;
  return { key, tag, withdrawal: { file: claim.file, belowLoad: claim.load + 1 } };
};

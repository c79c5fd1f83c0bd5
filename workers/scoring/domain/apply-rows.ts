import type { Table } from '@verifiedfan/ports';
import { isSuperseded, readFloors } from './floors.ts';
import { type RowChange, type RowOutcome, settleRows } from './settle-rows.ts';

/**
 * Applies statements to rows, leaving out claims of superseded loads. The floors are read once more after the write: a floor that was
 * raised in between may have had its removals applied by another shard before this write, so what this write added is withdrawn.
 */
export const applyRows = async <Tag>(
  table: Table,
  changes: readonly RowChange<Tag>[],
): Promise<{ outcomes: RowOutcome<Tag>[]; superseded: RowChange<Tag>[] }> => {
  const files = new Set(changes.flatMap((change) => ('claim' in change ? [change.claim.file] : [])));
  const before = await readFloors(table, files);
  const current: RowChange<Tag>[] = [];
  const superseded: RowChange<Tag>[] = [];
  for (const change of changes) {
    ('claim' in change && isSuperseded(before, change.claim) ? superseded : current).push(change);
  }
  const outcomes = await settleRows(table, current);
  const after = await readFloors(table, files);
  const withdrawals = current.flatMap((change): RowChange<Tag>[] =>
    'claim' in change && isSuperseded(after, change.claim)
      ? [
          {
            key: change.key,
            tag: change.tag,
            withdrawal: { file: change.claim.file, belowLoad: change.claim.load + 1 },
          },
        ]
      : [],
  );
  for (const outcome of await settleRows(table, withdrawals)) if ('error' in outcome) throw outcome.error;
  return { outcomes, superseded };
};

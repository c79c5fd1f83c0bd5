import { compareSequences, type Item, type Update } from '@verifiedfan/ports';
import { addRows, countsKey } from './counts-rows.ts';

export type CountRecord<Sum extends string> = {
  campaignId: string;
  /** The record's sequence in its shard, a decimal integer of any length. */
  sequence: string;
  /** What the record adds; what is not named adds 0. */
  delta: Readonly<Partial<Record<Sum, number>>>;
};

/** What counting some records of one campaign means for its row; without an update there is nothing to write. */
export type CountPlan = { counted: number; skipped: number; update: Update | undefined };

/** Ascending, each sequence once, because a batch may repeat a record. */
const behind = <Counted extends { sequence: string }>(
  last: string | undefined,
  records: readonly Counted[],
): Counted[] =>
  records
    .filter(({ sequence }) => last === undefined || compareSequences(sequence, last) > 0)
    .sort((a, b) => compareSequences(a.sequence, b.sequence))
    .filter(({ sequence }, index, sorted) => sequence !== sorted[index - 1]?.sequence);

type PlanOptions<Sum extends string> = {
  campaignId: string;
  shard: string;
  sums: readonly Sum[];
  records: readonly CountRecord<Sum>[];
  /** The stored row of this campaign and shard. */
  row: Item | undefined;
};

/** Skips what the row has counted, and moves sums and sequence together from the sequence that was read. */
export const planCount = <Sum extends string>({
  campaignId,
  shard,
  sums,
  records,
  row,
}: PlanOptions<Sum>): CountPlan => {
  const last = typeof row?.sequence === 'string' ? row.sequence : undefined;
  const fresh = behind(last, records);
  const plan = { counted: fresh.length, skipped: records.length - fresh.length };
  const newest = fresh.at(-1);
  // Records that add nothing need no watermark: delivered again, they add nothing again.
  if (newest === undefined || fresh.every(({ delta }) => sums.every((sum) => !delta[sum]))) {
    return { ...plan, update: undefined };
  }
  const totals = addRows(sums, [row]);
  for (const { delta } of fresh) for (const sum of sums) totals[sum] += delta[sum] ?? 0;
  const update: Update = {
    update: countsKey(campaignId, shard),
    set: { ...totals, sequence: newest.sequence },
    condition: last === undefined ? { absent: 'sequence' } : { equals: ['sequence', last] },
  };
  return { ...plan, update };
};

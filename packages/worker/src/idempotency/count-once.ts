import type { Item, Table } from '@verifiedfan/ports';
import { countsKey, foldedShards } from './counts-rows.ts';
import { asError, IdempotencyError } from './errors.ts';
import { type CountPlan, type CountRecord, planCount } from './watermark.ts';
import { writeEach } from './write-each.ts';

export type CountOnceOptions<Sum extends string, Counted extends CountRecord<Sum>> = {
  table: Table;
  /** The shard that all records are from: sequences are only comparable inside one. */
  shard: string;
  /** The names of the sums, such as `['verified', 'rejected', 'selected']`. */
  sums: readonly Sum[];
  records: readonly Counted[];
  /** Most tries when somebody else moves a row between reading and writing. @default 5 */
  maxAttempts?: number;
};

/** counted + skipped + failed = records. The failed records are all records of some campaigns; deliver them again. */
export type CountOnceResult<Counted> = {
  counted: number;
  skipped: number;
  failed: { record: Counted; error: Error }[];
};

type Stored = { row: Item | undefined; folded: boolean };

/** A missing row may have been folded away with its closed shard: then everything from that shard was counted long ago. */
const readStored = async (table: Table, shard: string, campaigns: readonly string[]): Promise<Map<string, Stored>> => {
  const rows = await table.getMany(campaigns.map((campaignId) => countsKey(campaignId, shard)));
  const stored = new Map(campaigns.map((campaignId, index) => [campaignId, { row: rows[index], folded: false }]));
  const missing = campaigns.filter((_, index) => rows[index] === undefined);
  if (missing.length === 0) return stored;
  const bases = await table.getMany(missing.map((campaignId) => countsKey(campaignId)));
  for (const [index, campaignId] of missing.entries()) {
    stored.set(campaignId, { row: undefined, folded: Object.hasOwn(foldedShards(bases[index]), shard) });
  }
  return stored;
};

type Attempt = { done: CountPlan[]; failed: { campaignId: string; error: Error }[]; contended: string[] };

const nothingToCount = (records: readonly unknown[]): CountPlan => ({
  counted: 0,
  skipped: records.length,
  update: undefined,
});

const attemptOnce = async <Sum extends string, Counted extends CountRecord<Sum>>(
  { table, shard, sums }: CountOnceOptions<Sum, Counted>,
  groups: ReadonlyMap<string, readonly Counted[]>,
): Promise<Attempt> => {
  const attempt: Attempt = { done: [], failed: [], contended: [] };
  const stored = await readStored(table, shard, [...groups.keys()]);
  const writes: { campaignId: string; plan: CountPlan; update: NonNullable<CountPlan['update']> }[] = [];
  for (const [campaignId, records] of groups) {
    const { row, folded } = stored.get(campaignId) ?? { row: undefined, folded: false };
    const plan = folded ? nothingToCount(records) : planCount({ campaignId, shard, sums, records, row });
    if (plan.update === undefined) attempt.done.push(plan);
    else writes.push({ campaignId, plan, update: plan.update });
  }
  const results = await writeEach(
    table,
    writes.map(({ update }) => update),
  );
  for (const [index, { campaignId, plan }] of writes.entries()) {
    const result = results[index];
    if (result?.outcome === 'applied') attempt.done.push(plan);
    else if (result?.outcome === 'refused') attempt.contended.push(campaignId);
    else attempt.failed.push({ campaignId, error: asError(result?.error) });
  }
  return attempt;
};

/**
 * The watermark: one row per campaign and shard holds the sums and the last sequence counted, and one conditional update moves both from
 * what was read. So a record counts exactly once however often it is delivered: either its row knows its sequence and skips it, or
 * neither sums nor sequence have moved. No transaction is needed, and the row of each campaign stands or falls alone.
 *
 * A refused update means that another delivery moved the row: it is read again and computed anew. Never throws for what the table
 * does wrong: the records of the campaigns concerned are in `failed`. The records of one shard must come in order over the batches
 * (`parallelization: 1`); inside a batch their order does not matter.
 */
export const countOnce = async <Sum extends string, Counted extends CountRecord<Sum>>(
  options: CountOnceOptions<Sum, Counted>,
): Promise<CountOnceResult<Counted>> => {
  const { records, maxAttempts = 5 } = options;
  const groups = Map.groupBy(records, ({ campaignId }) => campaignId);
  const result: CountOnceResult<Counted> = { counted: 0, skipped: 0, failed: [] };
  const fail = (campaignId: string, error: Error): void => {
    for (const record of groups.get(campaignId) ?? []) result.failed.push({ record, error });
  };
  let pending = new Map(groups);
  for (let tries = 0; tries < maxAttempts && pending.size > 0; tries++) {
    try {
      const { done, failed, contended } = await attemptOnce(options, pending);
      for (const { counted, skipped } of done) {
        result.counted += counted;
        result.skipped += skipped;
      }
      for (const { campaignId, error } of failed) fail(campaignId, error);
      const again = new Set(contended);
      pending = new Map([...pending].filter(([campaignId]) => again.has(campaignId)));
    } catch (thrown) {
      for (const campaignId of pending.keys()) fail(campaignId, asError(thrown));
      return result;
    }
  }
  const contended = new IdempotencyError('contended', 'another writer kept moving the counts row');
  for (const campaignId of pending.keys()) fail(campaignId, contended);
  return result;
};

import type { Clock, Item, JsonObject, Table, TableAction } from '@verifiedfan/ports';
import { addRows, countsKey, foldedShards, queryCounts, revisionOf, type Sums } from './counts-rows.ts';
import { IdempotencyError } from './errors.ts';
import { eventId } from './ids.ts';

export type CountsOptions<Sum extends string> = { table: Table; campaignId: string; sums: readonly Sum[] };

// Folding is rare, so a reader who meets it twice in a row has met something else.
const MAX_READS = 5;

/**
 * The counts of a campaign: its base row and all shard rows, summed. A query is no snapshot: while a shard is folded, its sums could be
 * seen in both rows or in neither. The base row's revision tells, and then everything is read again.
 */
export const readCounts = async <Sum extends string>({
  table,
  campaignId,
  sums,
}: CountsOptions<Sum>): Promise<Sums<Sum>> => {
  for (let reads = 0; reads < MAX_READS; reads++) {
    const { base, shards } = await queryCounts(table, campaignId);
    const after = await table.get(countsKey(campaignId));
    if (revisionOf(base) === revisionOf(after)) return addRows(sums, [base, ...shards]);
  }
  throw new IdempotencyError('contended', 'the counts kept being folded while they were read');
};

const writeBase = (campaignId: string, base: Item | undefined, set: JsonObject): TableAction => ({
  update: countsKey(campaignId),
  set: { ...set, revision: revisionOf(base) + 1 },
  condition: base === undefined ? { absent: 'revision' } : { equals: ['revision', revisionOf(base)] },
});

export type FoldShardOptions<Sum extends string> = CountsOptions<Sum> & {
  shard: string;
  clock: Clock;
  /** How long a folded shard is remembered, in milliseconds: longer than the stream keeps records. @default 48 hours */
  rememberMs?: number;
};

/**
 * Moves the sums of a closed shard into the base row and removes its row, in one transaction. Call it once the shard is closed and read to
 * its end. The base row remembers the shard for as long as its records could be delivered again, and `countOnce` skips them then.
 * `absent`: there is no such row (any more). `contended`: a row moved meanwhile; nothing was changed, call again.
 */
export const foldShard = async <Sum extends string>({
  table,
  campaignId,
  sums,
  shard,
  clock,
  rememberMs = 48 * 3_600_000,
}: FoldShardOptions<Sum>): Promise<'folded' | 'absent' | 'contended'> => {
  const [base, row] = await table.getMany([countsKey(campaignId), countsKey(campaignId, shard)]);
  if (row === undefined) return 'absent';
  const now = clock.now();
  const recent = Object.entries(foldedShards(base)).filter(([, at]) => typeof at === 'number' && at > now - rememberMs);
  const folded = { ...Object.fromEntries(recent), [shard]: now };
  const sequence = typeof row.sequence === 'string' ? row.sequence : '';
  const actions: TableAction[] = [
    writeBase(campaignId, base, { ...addRows(sums, [base, row]), folded }),
    { delete: countsKey(campaignId, shard), condition: { equals: ['sequence', sequence] } },
  ];
  // The revision is part of the token: another attempt after a change is another transaction.
  const token = eventId(['fold', campaignId, shard, sequence, String(now)], revisionOf(base));
  const { outcome } = await table.transact(actions, { token });
  return outcome === 'applied' ? 'folded' : 'contended';
};

export type RepairCountsOptions<Sum extends string> = CountsOptions<Sum> & {
  /** What a recount of the rows gave. */
  counts: Readonly<Sums<Sum>>;
};

/**
 * Corrects the base row so that the counts are those of a recount: the last resort, at a quiet moment (records counted meanwhile would
 * be counted on top). Repeating it changes nothing more. Answers the correction that was written; throws `contended` when a shard
 * was folded meanwhile.
 */
export const repairCounts = async <Sum extends string>({
  table,
  campaignId,
  sums,
  counts,
}: RepairCountsOptions<Sum>): Promise<Sums<Sum>> => {
  const { base, shards } = await queryCounts(table, campaignId);
  const stored = addRows(sums, [base, ...shards]);
  const correction = addRows(sums, []);
  for (const sum of sums) correction[sum] = counts[sum] - stored[sum];
  if (sums.every((sum) => correction[sum] === 0)) return correction;
  const corrected = addRows(sums, [base]);
  for (const sum of sums) corrected[sum] += correction[sum];
  const [result] = await table.updateMany([writeBase(campaignId, base, corrected)]);
  if (result?.outcome === 'applied') return correction;
  if (result?.outcome === 'failed') throw result.error;
  throw new IdempotencyError('contended', 'the counts were folded while they were repaired');
};

import { countOnce, defineWorker, dynamodbStream, type RowChange, type WorkerRecord } from '@verifiedfan/worker';
import { COUNTED_SUMS, contributionOf } from './domain/counts.ts';
import { idsOfMemberKey, MEMBER_PREFIX } from './domain/keys.ts';

/** Without a window a DynamoDB batch does not say its shard, and the watermark is kept per shard. */
const WINDOW_SECONDS = 1;

/**
 * Counts verified, rejected and selected members per campaign from the changes of member rows. Every change is counted once whatever is
 * redelivered: the sums and the last sequence counted move together, per campaign and shard. `count` is the records after the filter.
 */
export const processSavedScores = defineWorker({
  purpose: 'Counts verified, rejected and selected members per campaign from the changes of member rows.',
  source: dynamodbStream('demandTable', {
    batchSize: 1_000,
    windowSeconds: WINDOW_SECONDS,
    parallelization: 1,
    filters: [{ dynamodb: { Keys: { SK: { S: [{ prefix: MEMBER_PREFIX }] } } } }],
  }),
  reads: ['demandTable/campaign:*/meta:counts* get'],
  writes: ['demandTable/campaign:*/meta:counts* update'],
  services: ({ table }) => ({ demandTable: table('demandTable') }),
  async handle(records, { services, shard, reject, fail }) {
    const members = records.filter(({ data }) => data.keys.SK.startsWith(MEMBER_PREFIX));
    const counted = members.flatMap((record) => {
      const fault = faultOf(record, shard);
      if (fault === undefined) return [toCountRecord(record)];
      reject(record, fault);
      return [];
    });
    const { demandTable: table } = services;
    const { failed } = await countOnce({ table, shard: shard ?? '', sums: COUNTED_SUMS, records: counted });
    for (const { record, error } of failed) fail(record.source, error);
    return { count: members.length };
  },
});

type Change = WorkerRecord<RowChange>;

/** Counting under a guessed shard would count twice once the right one is told: better repaired by hand than wrong. */
const faultOf = ({ meta }: Change, shard: string | undefined): string | undefined => {
  if (shard === undefined) return 'the event does not say its shard: the source needs a tumbling window';
  return meta.sequence === undefined ? 'the record has no sequence number' : undefined;
};

const toCountRecord = (source: Change) => {
  const { data, meta } = source;
  const before = contributionOf(data.oldItem);
  const after = contributionOf(data.newItem);
  return {
    source,
    campaignId: idsOfMemberKey(data.keys).campaignId,
    sequence: meta.sequence ?? '',
    delta: {
      verified: after.verified - before.verified,
      rejected: after.rejected - before.rejected,
      selected: after.selected - before.selected,
      changes: 1,
    },
  };
};

import type { Clock, Collection } from '@verifiedfan/ports';
import type { CloudEvent, Destination } from './publication.ts';
import type { OutboxRow } from './rows.ts';

/** An event that was given up, with the reason. */
export type DeadEvent = {
  id: string;
  destination: Destination;
  campaignId: string;
  sequence: number;
  reason: string;
  attempts: number;
  deadAt: string;
  event: CloudEvent;
};

/** What the outbox holds. */
export type OutboxDepth = { unsent: number; dead: number };

export type DeadEvents = {
  depth(): Promise<OutboxDepth>;
  /** The oldest first. */
  list(options: { limit: number; after?: Pick<DeadEvent, 'id' | 'deadAt'> | undefined }): Promise<DeadEvent[]>;
  /**
   * Puts events back, to be sent as if they were new, and answers how many there were. Receivers that have seen a later event of the campaign
   * drop them: they hold a newer snapshot already.
   */
  redrive(ids: readonly string[]): Promise<number>;
  /** Removes events that were sent longer ago than that, and answers how many. */
  removeSent(options: { olderThanMs: number }): Promise<number>;
};

const REMOVED_TOGETHER = 500;
const ANY_TEXT = { $gte: '' };

const toDeadEvent = (row: OutboxRow): DeadEvent => {
  const { _id: id, destination, campaignId, sequence, reason = 'unknown', attempts, deadAt = '', event } = row;
  return { id, destination, campaignId, sequence, reason, attempts, deadAt, event };
};

export const createDeadEvents = ({ outbox, clock }: { outbox: Collection<OutboxRow>; clock: Clock }): DeadEvents => ({
  async depth() {
    const [unsent, dead] = await Promise.all([outbox.count({ unsent: ANY_TEXT }), outbox.count({ deadAt: ANY_TEXT })]);
    return { unsent, dead };
  },
  async list({ limit, after }) {
    const filter =
      after === undefined
        ? { deadAt: ANY_TEXT }
        : { deadAt: { $gte: after.deadAt }, $or: [{ deadAt: { $gt: after.deadAt } }, { _id: { $gt: after.id } }] };
    const sort = [
      ['deadAt', 1],
      ['_id', 1],
    ] as const;
    return (await outbox.find({ filter, sort, limit })).map(toDeadEvent);
  },
  async redrive(ids) {
    const rows = await outbox.findByIds(ids);
    const operations = rows.flatMap((row) => {
      if (row?.deadAt === undefined) return [];
      const update = {
        $set: { unsent: row.destination, attempts: 0, dueAtMs: clock.now() },
        $unset: { deadAt: '', reason: '' },
      };
      return [{ updateOne: { filter: { _id: row._id, deadAt: row.deadAt }, update } }];
    });
    const results = operations.length === 0 ? [] : await outbox.bulkWrite(operations);
    return results.filter((result) => result.outcome === 'done' && result.matched === 1).length;
  },
  async removeSent({ olderThanMs }) {
    const sentAt = { $lt: new Date(clock.now() - olderThanMs).toISOString() };
    let removed = 0;
    for (;;) {
      const rows = await outbox.find({ filter: { sentAt }, limit: REMOVED_TOGETHER });
      if (rows.length === 0) return removed;
      // A row that was sent stays sent, so that any process may remove it.
      await outbox.bulkWrite(rows.map(({ _id }) => ({ deleteOne: { filter: { _id, sentAt } } })));
      removed += rows.length;
    }
  },
});

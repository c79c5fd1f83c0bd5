import type { Platform } from '@verifiedfan/ports';

const PAGE = 500;

/** As much of a row as is shown; campaign-service writes them (`services/campaign-service/src/outbox/rows.ts`). */
type Row = {
  _id: string;
  destination: string;
  sentAt?: string;
  deadAt?: string;
  reason?: string;
  attempts: number;
  event: object;
};

const toDocument = ({ _id, destination, sentAt, deadAt, reason, attempts, event }: Row) => {
  const state = deadAt === undefined ? (sentAt === undefined ? 'unsent' : 'sent') : 'dead';
  return { id: _id, destination, state, sentAt, deadAt, reason, attempts, data: event };
};

/** What campaigns had to tell the world and whom, each campaign from its oldest event on; what was sent stays for a day. */
export async function* outboxEntries(platform: Pick<Platform, 'database'>): AsyncIterable<unknown> {
  const outbox = platform.database('campaigns').collection('outbox');
  let after = '';
  for (;;) {
    const rows = await outbox.find({ filter: { _id: { $gt: after } }, sort: [['_id', 1]], limit: PAGE });
    for (const row of rows) yield toDocument(row as unknown as Row);
    const last = rows.at(-1);
    if (last === undefined || rows.length < PAGE) return;
    after = last._id;
  }
}

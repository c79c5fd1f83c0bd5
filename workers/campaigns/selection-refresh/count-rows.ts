import type { Item } from '@verifiedfan/ports';
import { emptyProfile, hundredthsOf, type ScoreProfile } from './profile.ts';

type Counting = ScoreProfile & { lastRow: number };

export type CountedRows = { profiles: Map<string, ScoreProfile>; rows: number };

/**
 * The profiles of these events over all rows. Rows come and go one by one, and there is one profile an event: the memory that this takes
 * does not grow with the members. A row that names an event twice counts once.
 */
export const countRows = async (
  rows: AsyncIterable<Readonly<Item>>,
  eventIds: Iterable<string>,
  signal: AbortSignal,
): Promise<CountedRows> => {
  const counting = new Map<string, Counting>();
  for (const eventId of eventIds) counting.set(eventId, { ...emptyProfile(), lastRow: 0 });
  let row = 0;
  for await (const { score, isVerified, events } of rows) {
    // A process that is asked to stop should not read a million rows first.
    signal.throwIfAborted();
    row += 1;
    if (typeof score !== 'number' || !(score >= 0 && score <= 1) || !Array.isArray(events)) continue;
    const at = hundredthsOf(score);
    for (const eventId of events) {
      const profile = counting.get(eventId as string);
      if (profile === undefined || profile.lastRow === row) continue;
      profile.lastRow = row;
      const list = isVerified === true ? profile.verified : profile.others;
      list[at] = (list[at] ?? 0) + 1;
    }
  }
  const profiles = new Map([...counting].map(([id, { verified, others }]) => [id, { verified, others }]));
  return { profiles, rows: row };
};

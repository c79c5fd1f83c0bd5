/** What a campaign still offers: its events, and the last rank that is let through. */
export type Offer = { events: readonly string[]; maxRank?: number };

/**
 * `events`: the member's preferences that the campaign offers, best first, without repeats. `rank`: the place of the first of them in the
 * member's own list, counted from 0; null when none is offered.
 */
export const rankPreferences = (
  preferences: readonly string[],
  offered: ReadonlySet<string>,
): { events: string[]; rank: number | null } => {
  const events: string[] = [];
  let rank: number | null = null;
  for (let place = 0; place < preferences.length; place += 1) {
    const eventId = preferences[place] ?? '';
    if (!offered.has(eventId) || events.includes(eventId)) continue;
    rank ??= place;
    events.push(eventId);
  }
  return { events, rank };
};

/** Rows without any offered event, or above the campaign's `maxRank`, are not scored. */
export const isFiltered = (rank: number | null, { maxRank }: Pick<Offer, 'maxRank'>): boolean =>
  rank === null || (maxRank !== undefined && rank > maxRank);

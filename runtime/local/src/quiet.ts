import type { Mapping } from './mappings/mapping.ts';

/**
 * Whether nothing is under way in these mappings and nothing waits at their sources. The mappings are asked at once, since each may ask a service
 * far away, but answer at different moments, so a record could pass from one that answers later to one that has answered; but whoever
 * passes it on begins or ends in between, or was busy all the time. So the answer holds when nobody was busy and `moves`, the count of beginnings and ends, is the same before and after.
 */
export const isQuiet = async (mappings: () => readonly Mapping[], moves: () => number): Promise<boolean> => {
  for (;;) {
    const before = moves();
    const asked = mappings();
    // The cheap question first: most of the time it settles the matter.
    if (asked.some((mapping) => mapping.busy())) return false;
    const answers = await Promise.all(asked.map((mapping) => mapping.waiting()));
    if (answers.includes(true)) return false;
    if (moves() === before) return true;
  }
};

const SECOND_MS = 1_000;

const hex = (value: number, digits: number): string => value.toString(16).toUpperCase().padStart(digits, '0');

/**
 * Sequencers of the uploads of one key, from the times at which S3 says they were stored, newest first in both.
 *
 * S3 tells its own sequencer in notifications only. What a list has is the order in which uploads were stored, and a time in whole seconds
 * that is the *beginning* of a multipart upload, so that it may run backwards. A sequencer here is therefore the latest time so far with
 * the number of uploads since: it rises along S3's own order. It may change when an upload before it is removed, but never past another.
 * It says nothing about the sequencer of a notification. Both begin with the second in the same way, so that code which compares them by
 * mistake is wrong for uploads of one second at most; nobody may rely on it, because S3 does not document its digits.
 */
export const sequencersOf = (timesMs: readonly number[]): string[] => {
  const sequencers: string[] = [];
  let latestMs = 0;
  let followers = 0;
  for (const timeMs of timesMs.toReversed()) {
    followers = timeMs > latestMs ? 0 : followers + 1;
    latestMs = Math.max(latestMs, timeMs);
    const fraction = hex(latestMs % SECOND_MS, 3) + hex(followers, 5);
    sequencers.push(`00${hex(Math.floor(latestMs / SECOND_MS), 8)}${fraction}`);
  }
  return sequencers.reverse();
};

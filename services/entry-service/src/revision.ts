import type { Random } from '@verifiedfan/ports';

/** Where the revisions of a new entry start. Random, so that a writer who read an entry that was deleted since cannot hit its successor. */
export const firstRevision = (random: Pick<Random, 'next'>): number => Math.floor(random.next() * 2 ** 48);

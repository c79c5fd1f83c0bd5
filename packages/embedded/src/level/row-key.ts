import type { Key } from '@verifiedfan/ports';

/**
 * Ends the partition key, so it must not occur inside one. U+0000 is escaped with U+0001, and U+0001 with itself: two different partition
 * keys never give the same text, and none is the beginning of another up to the separator.
 */
const escapePartition = (PK: string): string =>
  PK.includes('\u0000') || PK.includes('\u0001')
    ? PK.replaceAll('\u0001', '\u0001\u0001').replaceAll('\u0000', '\u0001\u0002')
    : PK;

/** Everything of one partition begins with this; LevelDB then orders by the UTF-8 bytes of the sort key. */
export const partitionPrefix = (PK: string): string => `r${escapePartition(PK)}\u0000`;

/** Where the pointer of a row is stored. */
export const rowKey = ({ PK, SK }: Key): string => partitionPrefix(PK) + SK;

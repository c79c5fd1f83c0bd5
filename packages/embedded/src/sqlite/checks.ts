import { invalid } from '@verifiedfan/driver';

/** Refuses text that is empty, too long in UTF-8, or not valid Unicode. */
export const assertName = (what: string, value: unknown, maxBytes: number): void => {
  if (typeof value !== 'string' || value.length === 0) throw invalid(`${what} must be a text of at least 1 byte`);
  // Three bytes a code unit is the most, so short texts need no counting.
  if (value.length * 3 > maxBytes && Buffer.byteLength(value) > maxBytes) {
    throw invalid(`${what} must be at most ${maxBytes} bytes long`);
  }
  if (!value.isWellFormed()) throw invalid(`${what} is not valid Unicode`);
};

import { invalid } from '@verifiedfan/driver';
import type { GetObjectOptions } from '@verifiedfan/ports';

const MOST_KEY_BYTES = 1_024;

/** A key is 1 to 1,024 bytes of UTF-8. Half a surrogate pair would be sent as another character, so that it could not be found again. */
export const assertKey = (key: unknown): void => {
  if (typeof key !== 'string' || key.length === 0)
    throw invalid('the key of an object must be a text of at least 1 byte');
  if (Buffer.byteLength(key) > MOST_KEY_BYTES)
    throw invalid(`the key of an object must be at most ${MOST_KEY_BYTES} bytes`);
  if (!key.isWellFormed()) throw invalid('the key of an object is not valid Unicode');
};

/** First and last byte, both included. */
export type Span = { first: number; last: number };

/**
 * A range that lies inside the object. Checked here, because S3 silently shortens a range that begins inside and ends
 * beyond it: https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html
 */
export const spanOf = (range: NonNullable<GetObjectOptions['range']>, size: number): Span => {
  const [first, last = size - 1] = range;
  if (!Number.isSafeInteger(first) || !Number.isSafeInteger(last) || first < 0 || first >= size || last >= size) {
    throw invalid('the range leads beyond the object');
  }
  if (last < first) throw invalid('the last byte of a range must not be in front of its first');
  return { first, last };
};

import type { Random } from '@verifiedfan/ports';

/** Longest correlation id, in characters. */
export const MAX_CORRELATION_LENGTH = 128;

// No spaces, line breaks, quotes or colons: such an id can be put into a header, a log line and a file name as it is.
const GRAMMAR = /^[A-Za-z0-9._-]{1,128}$/;

/** Whether this is an id that may be carried on: 1 to 128 characters of `A-Z a-z 0-9 . _ -`. */
export const isCorrelationId = (value: unknown): value is string => typeof value === 'string' && GRAMMAR.test(value);

/** The id itself when its grammar holds, otherwise a new UUID. Nothing of a refused text is kept, so nothing can be injected by it. */
export const toCorrelationId = (value: unknown, random: Pick<Random, 'uuid'>): string =>
  isCorrelationId(value) ? value : random.uuid();

/**
 * The id of the `index`-th record of a batch (from 0): the record's own when it carries a good one, otherwise the batch's id with
 * `.<index>`, so that one search finds the batch and all its records. The batch's id is cut where both would be too long.
 */
export const childCorrelation = ({ own, parent, index }: ChildCorrelationOptions): string => {
  if (isCorrelationId(own)) return own;
  const suffix = `.${index}`;
  return `${parent.slice(0, MAX_CORRELATION_LENGTH - suffix.length)}${suffix}`;
};

export type ChildCorrelationOptions = {
  /** What the record carries, unchecked. */
  own?: unknown;
  /** The correlation id of the batch or invocation. */
  parent: string;
  /** Place of the record in its batch, a whole number from 0. */
  index: number;
};

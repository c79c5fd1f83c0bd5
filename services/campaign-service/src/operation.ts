import { createHash } from 'node:crypto';
import type { Random } from '@verifiedfan/ports';

/**
 * Names what one request asks for: the same for each of its repetitions, and undefined where the caller gave it no `idempotency-key`. What
 * was made under it remembers it, so that a repetition finds it instead of making another.
 */
export type Operation = string | undefined;

/** The field that a document has of it: none where there is no operation. */
export const operationField = (operation: Operation): { operation?: string } =>
  operation === undefined ? {} : { operation };

const LENGTH = 24;

/** Makes ids of 24 hexadecimal digits: by chance, or from an operation, whose ids are the same for everybody who asks in the same order. */
export const createIds = (random: Pick<Random, 'bytes'>, operation?: Operation): (() => string) => {
  let count = 0;
  return () => {
    if (operation === undefined) return Buffer.from(random.bytes(LENGTH / 2)).toString('hex');
    count += 1;
    return createHash('sha256').update(`${operation}/${count}`).digest('hex').slice(0, LENGTH);
  };
};

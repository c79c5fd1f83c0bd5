import { assertWhole, invalid } from '@verifiedfan/driver';
import { PortError, type TopicMessage } from '@verifiedfan/ports';

/** The most of a message, key and headers together. */
const MAX_MESSAGE_BYTES = 1_048_576;
const MAX_READ = 10_000;

/** A message as bytes. */
export type Encoded = {
  key: Buffer | null;
  value: Buffer | null;
  headers: Map<Buffer, Buffer>;
  /** Of key, value and headers. */
  bytes: number;
};

const toBytes = (what: string, text: unknown): Buffer => {
  if (typeof text !== 'string' || !text.isWellFormed()) throw invalid(`${what} is text`);
  return Buffer.from(text);
};

const encodeValue = (value: TopicMessage['value']): Buffer | null => {
  if (value === null) return null;
  // A copy: the caller may use its bytes again before they are sent.
  if (value instanceof Uint8Array) return Buffer.from(value);
  return toBytes('a value that is no bytes', value);
};

/** Checks a message. Throws `validation` or `too_large`. */
export const encodeMessage = ({ key, value, headers = {} }: TopicMessage): Encoded => {
  const pairs = Object.entries(headers).map(
    ([name, content]) => [toBytes('the name of a header', name), toBytes('a header', content)] as const,
  );
  const parts = { key: key === null ? null : toBytes('a key', key), value: encodeValue(value) };
  const bytes = [parts.key, parts.value, ...pairs.flat()].reduce((sum, part) => sum + (part?.length ?? 0), 0);
  if (bytes > MAX_MESSAGE_BYTES) {
    throw new PortError({ code: 'too_large', message: 'a message is at most 1 MiB with its key and headers' });
  }
  return { ...parts, headers: new Map(pairs), bytes };
};

export const assertLimit = (limit: number): void => assertWhole('limit', limit, 1, MAX_READ);

/** The offset to begin with; `after` is the one before it. */
export const readStart = (after: string | undefined): bigint => {
  if (after === undefined) return 0n;
  if (!/^\d{1,19}$/.test(after)) throw invalid('a sequence of a topic is an offset');
  return BigInt(after) + 1n;
};

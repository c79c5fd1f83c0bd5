import { isUtf8 } from 'node:buffer';
import { PortError, type StreamEntry } from '@verifiedfan/ports';

/** An entry that is within the limits, independent of its caller's buffers. */
export type PreparedEntry = { partitionKey: string; data: string | Uint8Array; bytes: number };

const MAX_RECORD_BYTES = 1_048_576;
const MAX_KEY_CHARACTERS = 256;

const refuse = (message: string): PortError => new PortError({ code: 'validation', message });

const checkKey = (key: unknown): string => {
  if (typeof key !== 'string' || key === '' || !key.isWellFormed()) {
    throw refuse('a partition key is text of 1 to 256 characters');
  }
  // Counted as characters; a text of that many UTF-16 units cannot have more.
  if (key.length > MAX_KEY_CHARACTERS && [...key].length > MAX_KEY_CHARACTERS) {
    throw refuse('a partition key has at most 256 characters');
  }
  return key;
};

const checkData = (data: unknown): string | Uint8Array => {
  // Copied, because callers use their buffers again while the entry waits for its turn or its next attempt.
  if (data instanceof Uint8Array) return new Uint8Array(data);
  if (typeof data !== 'string') throw refuse('data is text or bytes');
  if (!data.isWellFormed()) throw refuse('text holds half a surrogate pair, which UTF-8 cannot express');
  return data;
};

/** Checks an entry against the limits of Kinesis before anything is sent. Throws `validation` or `too_large`. */
export const prepareEntry = (entry: StreamEntry): PreparedEntry => {
  const partitionKey = checkKey(entry.partitionKey);
  const data = checkData(entry.data);
  const bytes = Buffer.byteLength(partitionKey) + Buffer.byteLength(data);
  if (bytes <= MAX_RECORD_BYTES) return { partitionKey, data, bytes };
  throw new PortError({ code: 'too_large', message: 'a record is at most 1 MiB with its partition key' });
};

/** Text where the bytes are UTF-8. A byte order mark stays, which TextDecoder would drop. */
export const decodeData = (data: Uint8Array): string | Uint8Array => {
  const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  return isUtf8(bytes) ? bytes.toString() : new Uint8Array(bytes);
};

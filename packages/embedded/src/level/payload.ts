import { isUtf8 } from 'node:buffer';
import { invalid } from '@verifiedfan/ports/table-rules';

/**
 * What a record carries. Bytes that are valid UTF-8 are text from the moment they are written, so that a reader gets the same whether the
 * record comes from memory or from disk. Everything is stored as text, because LevelDB hands out text much faster than buffers.
 */
export type Payload = string | Uint8Array | null;

/** How a payload is stored: as the text it is, as base64 of bytes, or not at all. */
export type PayloadKind = 'T' | 'B' | 'N';

export const normalizePayload = (data: Payload): Payload => {
  if (typeof data === 'string') {
    if (!data.isWellFormed()) throw invalid('text holds half a surrogate pair, which UTF-8 cannot express');
    return data;
  }
  if (data === null) return null;
  if (!(data instanceof Uint8Array)) throw invalid('data is text or bytes');
  const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  // Buffer keeps a byte order mark, TextDecoder would drop it. Bytes are copied: callers use their buffers again.
  return isUtf8(bytes) ? bytes.toString() : new Uint8Array(bytes);
};

export const kindOfPayload = (data: Payload): PayloadKind =>
  typeof data === 'string' ? 'T' : data === null ? 'N' : 'B';

export const encodePayload = (data: Payload): string =>
  typeof data === 'string'
    ? data
    : data === null
      ? ''
      : Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('base64');

export const decodePayload = (kind: string, text: string): Payload => {
  if (kind === 'T') return text;
  return kind === 'N' ? null : new Uint8Array(Buffer.from(text, 'base64'));
};

/** Whether the parts together are over a limit in bytes; counts exactly only where the quick upper bound does not settle it. */
export const exceeds = (limitBytes: number, parts: readonly Payload[]): boolean => {
  let most = 0;
  // A UTF-16 unit is at most three bytes of UTF-8.
  for (const part of parts) if (part !== null) most += typeof part === 'string' ? part.length * 3 : part.length;
  if (most <= limitBytes) return false;
  let exact = 0;
  for (const part of parts) if (part !== null) exact += Buffer.byteLength(part);
  return exact > limitBytes;
};

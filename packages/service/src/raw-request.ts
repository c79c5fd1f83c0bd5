import type { IncomingHeaders } from '@verifiedfan/correlation';

/** As much of a request as can be read when Node's parser gave up on its method. */
export type RawRequest = { path: string; headers: IncomingHeaders };

const REQUEST_LINE = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,64} (\/[^\s?#]*)\S* HTTP\/1\.[01]\r?\n/;
const LINE_FEED = 10;

/** Packets hold whatever came in together, also the end of the request before. */
const startOfLine = (packet: Buffer, index: number): number =>
  packet.lastIndexOf(LINE_FEED, Math.max(0, index - 1)) + 1;

/** Names in lower case; the first of several with one name counts for nothing, as in `correlationFromHeaders`. */
const readHeaders = (head: string): IncomingHeaders => {
  const headers: Record<string, string> = Object.create(null);
  for (const line of head.split(/\r?\n/).slice(1)) {
    const [, name, value] = /^([^\s:]+):[ \t]*(.*?)[ \t]*$/.exec(line) ?? [];
    if (name === undefined || value === undefined) return headers;
    const known = name.toLowerCase();
    headers[known] = known in headers ? '' : value;
  }
  return headers;
};

/**
 * Reads a request again that Node's parser refused for its method: HTTP has room for any method, and the answer to one that nobody knows is 405.
 * Undefined for what is no request of HTTP/1 to a path.
 */
export const readRawRequest = (error: Error): RawRequest | undefined => {
  const [packet, parsed] = [Reflect.get(error, 'rawPacket'), Reflect.get(error, 'bytesParsed')];
  if (!Buffer.isBuffer(packet) || typeof parsed !== 'number') return undefined;
  const head = packet.toString('latin1', startOfLine(packet, parsed));
  const path = REQUEST_LINE.exec(head)?.[1];
  return path === undefined ? undefined : { path, headers: readHeaders(head) };
};

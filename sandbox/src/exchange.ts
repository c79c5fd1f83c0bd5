import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Fault } from './faults.ts';
import type { StandInAnswer } from './stand-in.ts';

export const MAX_BODY_BYTES = 1_048_576;

/** Says in every answer that this is not the real thing. */
export const STAND_IN_HEADER = 'x-stand-in';

/** The body as text; undefined when it is longer than 1 MiB, of which no more than that was kept. */
export const readBody = async (incoming: IncomingMessage): Promise<string | undefined> => {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length <= MAX_BODY_BYTES) chunks.push(chunk);
  }
  return length > MAX_BODY_BYTES ? undefined : Buffer.concat(chunks).toString('utf8');
};

export const flattenHeaders = ({ headersDistinct }: IncomingMessage): Record<string, string> =>
  Object.fromEntries(Object.entries(headersDistinct).map(([name, values]) => [name, (values ?? []).join(', ')]));

/** Sends an answer whole. */
export const send = (outgoing: ServerResponse, standIn: string, answer: StandInAnswer): void => {
  const body = Buffer.from(answer.body);
  outgoing.writeHead(answer.status, headersOf(standIn, answer, body.length));
  outgoing.end(body);
};

/** Sends an answer as a fault wants it sent: whole, cut off behind some bytes, or not at all. */
export const sendSpoilt = (outgoing: ServerResponse, standIn: string, answer: StandInAnswer, fault: Fault): void => {
  const { socket } = outgoing;
  if (fault.reset) {
    socket?.resetAndDestroy();
    return;
  }
  if (fault.dropAfterBytes === undefined) {
    send(outgoing, standIn, answer);
    return;
  }
  const body = Buffer.from(answer.body);
  // The head promises the whole body, so that the cut is a broken answer and not a short one.
  outgoing.writeHead(answer.status, headersOf(standIn, answer, body.length));
  outgoing.flushHeaders();
  outgoing.write(body.subarray(0, fault.dropAfterBytes), () => socket?.destroySoon());
};

const headersOf = (standIn: string, { headers, status }: StandInAnswer, length: number): Record<string, string> => ({
  ...headers,
  // A 204 and a 304 have no body, and HTTP forbids a length with them.
  ...(status === 204 || status === 304 ? {} : { 'content-length': String(length) }),
  [STAND_IN_HEADER]: `${standIn}; this is not the real service`,
});

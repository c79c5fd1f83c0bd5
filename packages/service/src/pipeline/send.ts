import { validateHeaderValue } from 'node:http';
import { CORRELATION_HEADER } from '@verifiedfan/correlation';
import type { Context, ReadyAnswer } from '../exchange.ts';

export type Answer = {
  status: number;
  headers: Readonly<Record<string, string>> | undefined;
  contentType: string;
  body: string;
};

/**
 * Keeps an answer until everybody was told of it. Headers that are given to Koa one by one are looked up, checked and copied several times on
 * their way to the socket, which together takes longer than the check of the token's claims.
 */
export const keepReady = (context: Context, { status, headers, contentType, body }: Answer): void => {
  const { exchange } = context.state;
  const bytes = Buffer.byteLength(body);
  const all: Record<string, string> = { [CORRELATION_HEADER]: exchange.correlation };
  for (const name in headers) {
    const value = headers[name] ?? '';
    // Now, while it can still become an error that is formatted.
    validateHeaderValue(name, value);
    all[name.toLowerCase()] = value;
  }
  all['content-type'] = contentType;
  all['content-length'] = String(bytes);
  context.status = status;
  exchange.ready = { headers: all, body, bytes };
};

/** Hands an answer over to Koa after all, for its layers and its own way of sending. */
export const giveToKoa = (context: Context): void => {
  const ready = takeReady(context);
  if (ready === undefined) return;
  context.set(ready.headers);
  context.body = ready.body;
};

/** Writes an answer that is still here. */
export const sendReady = (context: Context): void => {
  const ready = takeReady(context);
  // Where nobody listens any more, Koa knows what to do.
  if (ready === undefined || !context.writable) return;
  const { req, res } = context;
  context.respond = false;
  res.writeHead(res.statusCode, ready.headers);
  res.end(req.method === 'HEAD' ? undefined : ready.body);
};

/** Forgets an answer that cannot be sent after all, with whatever of it was given to Koa. */
export const dropAnswer = (context: Context): void => {
  takeReady(context);
  for (const name of context.res.getHeaderNames()) context.remove(name);
};

const takeReady = ({ state: { exchange } }: Context): ReadyAnswer | undefined => {
  const { ready } = exchange;
  exchange.ready = undefined;
  return ready;
};

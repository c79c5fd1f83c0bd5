import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Clock } from '@verifiedfan/ports';
import type { StandInRequest } from '../stand-in.ts';

export type TelesignAccounts = Readonly<Record<string, string>>;

/** TeleSign's own tolerance for the Date header, in milliseconds, and the time for which a nonce may not be used again. */
const TOLERANCE_MS = 15 * 60_000;

/**
 * Checks who calls: Basic, or TeleSign's HMAC signature (TSA), written from the description of the scheme and not from any client.
 * Answers undefined for a good call, or what is wrong with it.
 */
export const createAuthenticator = ({ accounts, clock }: { accounts: TelesignAccounts; clock: Clock }) => {
  const nonces = new Map<string, number>();

  const checkSignature = (request: StandInRequest, customer: string, signature: string): string | undefined => {
    const { headers } = request;
    const date = headers['x-ts-date'] ?? headers.date ?? '';
    const nonce = headers['x-ts-nonce'] ?? '';
    if (date === '') return "Missing required 'Date' or 'x-ts-date' header.";
    const atMs = Date.parse(date);
    if (Number.isNaN(atMs)) return "'Date' or 'x-ts-date' header is not RFC822 compliant.";
    if (Math.abs(clock.now() - atMs) > TOLERANCE_MS)
      return "'Date' or 'x-ts-date' header is not within tolerable range.";
    if (headers['x-ts-auth-method'] !== 'HMAC-SHA256') return "Invalid 'x-ts-auth-method' header.";
    if (nonce.length < 8 || nonce.length > 64) return "'x-ts-nonce' header value is either too long or too short.";
    const key = accounts[customer] ?? '';
    // Clients sign the path of the URL that they call, which here has the sandbox's prefix, or the one that the vendor documents.
    const paths = [request.path, `/telesign${request.path}`];
    if (!paths.some((path) => equal(sign({ ...request, path }, { date, nonce, key }), signature)))
      return 'Invalid Signature.';
    return useNonce(`${customer}:${nonce}`) ? undefined : "'x-ts-nonce' header value has been used recently.";
  };

  const useNonce = (nonce: string): boolean => {
    const nowMs = clock.now();
    for (const [old, untilMs] of nonces) if (untilMs <= nowMs) nonces.delete(old);
    if (nonces.has(nonce)) return false;
    nonces.set(nonce, nowMs + TOLERANCE_MS);
    return true;
  };

  return {
    check(request: StandInRequest): string | undefined {
      const { authorization } = request.headers;
      if (authorization === undefined) return "Missing required 'Authorization' header.";
      const [, basic] = /^Basic ([A-Za-z0-9+/=]+)$/i.exec(authorization) ?? [];
      if (basic !== undefined) return checkBasic(accounts, Buffer.from(basic, 'base64').toString());
      const [, customer, signature] = /^TSA ([^:]+):(.+)$/.exec(authorization) ?? [];
      if (customer === undefined || signature === undefined) {
        return "Required 'Authorization' header is not in the correct format.";
      }
      if (!Object.hasOwn(accounts, customer)) return 'Invalid Customer ID.';
      return checkSignature(request, customer, signature);
    },
    reset: () => nonces.clear(),
  };
};

const checkBasic = (accounts: TelesignAccounts, pair: string): string | undefined => {
  const customer = pair.slice(0, pair.indexOf(':'));
  const key = Object.hasOwn(accounts, customer) ? accounts[customer] : undefined;
  if (key === undefined) return 'Invalid Customer ID.';
  return equal(pair, `${customer}:${key}`) ? undefined : 'Invalid API Key.';
};

type Signed = { date: string; nonce: string; key: string };

/** A signature over method, type, date, two headers, the exact bytes of the body (no line for an empty one) and the path. */
const sign = ({ method, headers, body, path }: StandInRequest, { date, nonce, key }: Signed): string => {
  const type = headers['content-type'] ?? '';
  const dateLine = headers['x-ts-date'] === undefined ? date : '';
  const lines = [method, type, dateLine, 'x-ts-auth-method:HMAC-SHA256'];
  if (headers['x-ts-date'] !== undefined) lines.push(`x-ts-date:${date}`);
  lines.push(`x-ts-nonce:${nonce}`);
  if (body !== '') lines.push(body);
  lines.push(path);
  return createHmac('sha256', Buffer.from(key, 'base64')).update(lines.join('\n')).digest('base64');
};

const equal = (a: string, b: string): boolean => {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
};

import { createHash, createHmac } from 'node:crypto';
import type { Clock, Random } from '@verifiedfan/ports';
import { createKeySetDocument, type KeySet, loadKeySet, type SignOptions } from '../src/index.ts';

/** Noon of 1 February 2026, in seconds. */
export const NOW = Date.UTC(2026, 1, 1, 12) / 1_000;
export const ISSUER = 'verified-fan';
export const AUDIENCE = 'campaign-service';

export const createMovableClock = (): Clock & { moveTo(seconds: number): void } => {
  let nowMs = NOW * 1_000;
  return {
    now: () => nowMs,
    sleep: async () => undefined,
    moveTo: (seconds) => {
      nowMs = seconds * 1_000;
    },
  };
};

/** Bytes that depend on the seed and on how many were asked for before. */
export const createSeededRandom = (seed: string): Random => {
  let count = 0;
  const digest = () => {
    count += 1;
    return createHash('sha512').update(`${seed}:${count}`).digest();
  };
  return {
    next: () => (digest()[0] ?? 0) / 256,
    uuid: () => digest().toString('hex').slice(0, 36),
    bytes: (length) => new Uint8Array(digest().subarray(0, length)),
  };
};

export const DOCUMENT = createKeySetDocument({ random: createSeededRandom('first') });
export const keys: KeySet = loadKeySet(DOCUMENT);

const [record] = (JSON.parse(DOCUMENT) as { keys: { kid: string; secret: string }[] }).keys;
export const KID = record?.kid ?? '';
const SECRET = Buffer.from(record?.secret ?? '', 'base64url');

const encode = (value: unknown): string =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');

/** A token signed by hand with the first key, so that what our signer would never sign can be tried. Text is taken as raw JSON. */
export const forge = (claims: unknown, header: unknown = { alg: 'HS256', typ: 'JWT', kid: KID }): string => {
  const input = `${encode(header)}.${encode(claims)}`;
  return `${input}.${createHmac('sha256', SECRET).update(input).digest('base64url')}`;
};

export const CLAIMS = { iss: ISSUER, aud: AUDIENCE, sub: 'user-1', iat: NOW, exp: NOW + 600, ver: 1 };
export const RIGHTS: SignOptions = { subject: 'user-1', audience: AUDIENCE, ttlSeconds: 600 };

import type { Random } from '@verifiedfan/ports';
import { TokenError } from './errors.ts';
import { ALGORITHMS, type Algorithm, type KeyRecord, makeKeyRecord, readKeyMaterial } from './key-material.ts';

/** The JSON that the caller keeps. `signing` names the key that new tokens are signed with; without it the set can only verify. */
export type KeySetDocument = { signing?: string; keys: readonly KeyRecord[] };

const KID = /^[A-Za-z0-9._-]{1,64}$/;
const FIELDS = ['kid', 'algorithm', 'secret', 'privateKey', 'publicKey'];

const refuse = (detail: string): never => {
  throw new TokenError('invalid_key_set', detail);
};

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return refuse('not JSON');
  }
};

const checkRecord = (record: Readonly<Record<string, unknown>>): KeyRecord => {
  const { kid, algorithm } = record;
  if (typeof kid !== 'string' || !KID.test(kid)) return refuse('kid');
  if (!ALGORITHMS.some((known) => known === algorithm)) return refuse(`algorithm of ${kid}`);
  const wrong = Object.keys(record).find((name) => !FIELDS.includes(name) || typeof record[name] !== 'string');
  if (wrong !== undefined) return refuse(`${kid} has a wrong or unknown field`);
  return record as KeyRecord;
};

/** Throws `TokenError` with `invalid_key_set`. */
export const parseKeySetDocument = (text: string): KeySetDocument => {
  const { keys, signing } = (parseJson(text) ?? {}) as { keys?: unknown; signing?: unknown };
  if (!Array.isArray(keys) || keys.length === 0) return refuse('keys must be a list of at least one key');
  const records = keys.map((record: unknown) => checkRecord((record ?? {}) as Record<string, unknown>));
  const kids = new Set(records.map(({ kid }) => kid));
  if (kids.size !== records.length) return refuse('two keys have one kid');
  if (signing === undefined) return { keys: records };
  if (typeof signing !== 'string' || !kids.has(signing)) return refuse('signing names no key of the set');
  return { signing, keys: records };
};

const write = (document: KeySetDocument): string => {
  for (const record of document.keys) readKeyMaterial(record);
  return `${JSON.stringify(document, null, 2)}\n`;
};

export type CreateKeySetOptions = { random: Random /** @default 'HS256' */; algorithm?: Algorithm | undefined };

/** A document with one new signing key. Keep it where only the service can read it. */
export const createKeySetDocument = ({ random, algorithm = 'HS256' }: CreateKeySetOptions): string => {
  const key = makeKeyRecord(algorithm, random);
  return write({ signing: key.kid, keys: [key] });
};

export type RotateOptions = CreateKeySetOptions & {
  document: string;
  /** How many earlier keys go on verifying, the youngest first. Tokens of a key that leaves are refused at once. @default 1 */
  keep?: number | undefined;
  /** False adds the key without signing with it: the first of two steps where several processes read the document. @default true */
  activate?: boolean | undefined;
};

/** Puts a new key in front. An earlier key pair that no longer signs loses its private half. */
export const rotateKeySetDocument = ({
  document,
  random,
  algorithm,
  keep = 1,
  activate = true,
}: RotateOptions): string => {
  const { signing, keys } = parseKeySetDocument(document);
  const current = keys.find(({ kid }) => kid === signing) ?? keys[0];
  const fresh = makeKeyRecord(algorithm ?? current?.algorithm ?? 'HS256', random);
  const signs = activate ? fresh.kid : signing;
  const others = keys.filter(({ kid }) => kid !== current?.kid);
  const kept = current === undefined ? others : [current, ...others];
  const earlier = kept
    .slice(0, activate ? keep : Math.max(keep, 1))
    .map((key) => (key.kid === signs ? key : verifyOnly(key)));
  return write({ ...(signs !== undefined && { signing: signs }), keys: [fresh, ...earlier] });
};

/** Signs with another key of the document from now on: the second step, once every process has read the first. */
export const activateKey = ({ document, kid }: { document: string; kid: string }): string => {
  const { keys } = parseKeySetDocument(document);
  if (!keys.some((key) => key.kid === kid)) return refuse('signing names no key of the set');
  return write({ signing: kid, keys });
};

const publicHalf = (key: KeyRecord): KeyRecord => {
  const { kid, algorithm } = key;
  return { kid, algorithm, publicKey: String(readKeyMaterial(key).verifying) };
};

/** An HMAC key stays as it is: its one secret signs and verifies. */
const verifyOnly = (key: KeyRecord): KeyRecord => (key.algorithm === 'HS256' ? key : publicHalf(key));

/**
 * The document for services that only verify: public keys, no signing key. Throws for HS256, whose one secret both signs and
 * verifies, so that nobody hands it out believing it to be public.
 */
export const publicKeySetDocument = (document: string): string => {
  const { keys } = parseKeySetDocument(document);
  const shared = keys.find(({ algorithm }) => algorithm === 'HS256');
  if (shared !== undefined) return refuse(`${shared.kid} has no public half`);
  return write({ keys: keys.map(publicHalf) });
};

import { createRequire } from 'node:module';
import { TokenError, type TokenErrorCode } from './errors.ts';
import { parseKeySetDocument } from './key-document.ts';
import { ALGORITHMS, type Algorithm, type KeyRecord, readKeyMaterial } from './key-material.ts';

/** One key, ready for use. */
export type Key = {
  readonly kid: string;
  readonly algorithm: Algorithm;
  /** The payload of a token whose signature is right; nothing else is checked. Throws `TokenError`. */
  verify(token: string): unknown;
  /** Undefined where the key can only verify. */
  readonly sign: ((claims: Readonly<Record<string, unknown>>) => string) | undefined;
};

/** One key that signs, any number that verify. */
export type KeySet = {
  /** Names of the keys, without the keys. */
  readonly kids: readonly string[];
  /** Throws `TokenError` with `no_signing_key`. */
  signingKey(): Key & { readonly sign: NonNullable<Key['sign']> };
  /** The key that the header names, if its algorithm is that of the key and allowed. Throws `TokenError`. */
  keyOf(token: string, allowed: readonly Algorithm[]): Key;
};

const CODES: Readonly<Record<string, TokenErrorCode>> = {
  FAST_JWT_INVALID_ALGORITHM: 'algorithm_not_allowed',
  FAST_JWT_INVALID_SIGNATURE: 'invalid_signature',
  FAST_JWT_MISSING_SIGNATURE: 'invalid_signature',
  FAST_JWT_VERIFY_ERROR: 'invalid_signature',
};

/** With the first key, since it brings the ASN.1 of elliptic keys along: many a process that could make tokens never does. */
const loadFastJwt = () => createRequire(import.meta.url)('fast-jwt') as typeof import('fast-jwt');

const createKey = (record: KeyRecord): Key => {
  const { createSigner, createVerifier } = loadFastJwt();
  const { kid, algorithm } = record;
  const { signing, verifying } = readKeyMaterial(record);
  // Times are checked by us, against the Clock port: fast-jwt fixes `clockTimestamp` when a verifier is made, and would go on using
  // it. Its cache of verified tokens stays off: it decides by its own clock, and a hit would hide what a verification costs.
  const check = createVerifier({
    key: verifying,
    algorithms: [algorithm],
    ignoreExpiration: true,
    ignoreNotBefore: true,
    cache: false,
  });
  return {
    kid,
    algorithm,
    verify(token) {
      try {
        return check(token);
      } catch (error) {
        throw new TokenError(CODES[String((error as { code?: unknown }).code)] ?? 'malformed');
      }
    },
    sign: signing === undefined ? undefined : createSigner({ key: signing, algorithm, kid }),
  };
};

/** The header as our own signer writes it, which spares parsing it with every token. */
const usualHeader = ({ algorithm: alg, kid }: Key): string =>
  Buffer.from(JSON.stringify({ alg, typ: 'JWT', kid })).toString('base64url');

const parseHeader = (segment: string): { alg?: unknown; kid?: unknown } => {
  try {
    const header: unknown = JSON.parse(Buffer.from(segment, 'base64url').toString());
    if (typeof header === 'object' && header !== null) return header;
  } catch {
    // falls through: a token in a parser's error text is a token in a log
  }
  throw new TokenError('malformed');
};

/** Builds a key set from its JSON document (`createKeySetDocument`). Throws `TokenError` with `invalid_key_set`. */
export const loadKeySet = (document: string): KeySet => {
  const { signing, keys: records } = parseKeySetDocument(document);
  const keys = new Map(records.map((record) => [record.kid, createKey(record)]));
  const byHeader = new Map([...keys.values()].map((key) => [usualHeader(key), key]));

  const find = (segment: string): Key => {
    const { alg, kid } = parseHeader(segment);
    if (!ALGORITHMS.some((known) => known === alg)) throw new TokenError('algorithm_not_allowed');
    const key = typeof kid === 'string' ? keys.get(kid) : undefined;
    if (key === undefined) throw new TokenError('unknown_key');
    if (key.algorithm !== alg) throw new TokenError('algorithm_not_allowed');
    return key;
  };

  return {
    kids: [...keys.keys()],
    signingKey() {
      const key = signing === undefined ? undefined : keys.get(signing);
      if (key?.sign === undefined) throw new TokenError('no_signing_key');
      return { ...key, sign: key.sign };
    },
    keyOf(token, allowed) {
      const segment = token.slice(0, Math.max(0, token.indexOf('.')));
      const key = byHeader.get(segment) ?? find(segment);
      if (!allowed.includes(key.algorithm)) throw new TokenError('algorithm_not_allowed');
      return key;
    },
  };
};

import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import type { Random } from '@verifiedfan/ports';
import { TokenError } from './errors.ts';

/** What may sign a token. Everything else, `none` first of all, is refused. */
export const ALGORITHMS = ['HS256', 'RS256', 'ES256'] as const;
export type Algorithm = (typeof ALGORITHMS)[number];

/** One key as the document holds it. HS256: `secret`, at least 32 bytes in base64url. RS256 and ES256: PEM; `publicKey` alone verifies. */
export type KeyRecord = {
  kid: string;
  algorithm: Algorithm;
  secret?: string;
  privateKey?: string;
  publicKey?: string;
};

/** Bytes or PEM ready for use; `signing` is undefined where the record can only verify. */
export type KeyMaterial = { signing: Buffer | string | undefined; verifying: Buffer | string };

// HMAC-SHA-256 asks for a key as long as its output, RFC 7518 for RSA of 2,048 bits: https://www.rfc-editor.org/rfc/rfc7518#section-3
const MIN_SECRET_BYTES = 32;
const MIN_RSA_BITS = 2_048;

const fits = (key: KeyObject, algorithm: Algorithm): boolean => {
  const { modulusLength = 0, namedCurve } = key.asymmetricKeyDetails ?? {};
  return algorithm === 'RS256'
    ? key.asymmetricKeyType === 'rsa' && modulusLength >= MIN_RSA_BITS
    : key.asymmetricKeyType === 'ec' && namedCurve === 'prime256v1';
};

const readPem = <T>(kid: string, read: () => T): T => {
  try {
    return read();
  } catch {
    throw new TokenError('invalid_key_set', `${kid} is not a PEM key`);
  }
};

const asymmetric = ({ kid, algorithm, privateKey, publicKey }: KeyRecord): KeyMaterial => {
  const own = privateKey === undefined ? undefined : readPem(kid, () => createPrivateKey(privateKey));
  const shared = publicKey ?? own;
  if (shared === undefined) throw new TokenError('invalid_key_set', `${kid} has neither privateKey nor publicKey`);
  const verifying = readPem(kid, () => createPublicKey(shared as string));
  if (!fits(verifying, algorithm)) throw new TokenError('invalid_key_set', `${kid} does not fit ${algorithm}`);
  if (own !== undefined && !createPublicKey(privateKey ?? '').equals(verifying)) {
    throw new TokenError('invalid_key_set', `${kid}: privateKey and publicKey are not a pair`);
  }
  // fast-jwt takes text only; PKCS#8 and SPKI are the forms that it recognises for every type of key.
  return {
    signing: own?.export({ type: 'pkcs8', format: 'pem' }),
    verifying: verifying.export({ type: 'spki', format: 'pem' }),
  };
};

/** Throws `TokenError` with `invalid_key_set` for a key that is missing, weak, or of another type than its algorithm. */
export const readKeyMaterial = (record: KeyRecord): KeyMaterial => {
  if (record.algorithm !== 'HS256') return asymmetric(record);
  const secret = Buffer.from(record.secret ?? '', 'base64url');
  if (secret.length < MIN_SECRET_BYTES) {
    throw new TokenError('invalid_key_set', `${record.kid} needs a secret of ${MIN_SECRET_BYTES} bytes or more`);
  }
  return { signing: secret, verifying: secret };
};

/** A new key. The secret comes from `random`; key pairs come from the system, because node:crypto makes them in no other way. */
export const makeKeyRecord = (algorithm: Algorithm, random: Random): KeyRecord => {
  const kid = random.uuid();
  if (algorithm === 'HS256') {
    return { kid, algorithm, secret: Buffer.from(random.bytes(MIN_SECRET_BYTES)).toString('base64url') };
  }
  const publicKeyEncoding = { type: 'spki', format: 'pem' } as const;
  const privateKeyEncoding = { type: 'pkcs8', format: 'pem' } as const;
  const pair =
    algorithm === 'RS256'
      ? generateKeyPairSync('rsa', { modulusLength: MIN_RSA_BITS, publicKeyEncoding, privateKeyEncoding })
      : generateKeyPairSync('ec', { namedCurve: 'prime256v1', publicKeyEncoding, privateKeyEncoding });
  return { kid, algorithm, ...pair };
};

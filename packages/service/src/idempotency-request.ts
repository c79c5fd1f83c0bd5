import { createHash } from 'node:crypto';
import type { TokenClaims } from './claims.ts';
import { ServiceError } from './errors.ts';

export type IdempotentRequest = {
  /** The `idempotency-key` header. */
  key: string;
  /** Whose key it is: keys of different subjects never meet. */
  claims: TokenClaims | undefined;
  /** What was asked, as JSON, with the method and the template first; the same key with something else is refused. */
  request: readonly unknown[];
};

/** A request as it is remembered: hashes in hex, for keys and requests may hold anything. */
export type RequestIdentity = {
  /** Of subject, method, template and key. */
  id: string;
  /** Of all that was asked. */
  fingerprint: string;
  /** Of what the token allows. */
  rights: string;
  /** Of the id and the fingerprint: should a key be used anew, once it is forgotten, it names something else. */
  operation: string;
};

const KEY = /^[\x21-\x7e]{1,128}$/;

const hash = (value: unknown): string => createHash('sha256').update(JSON.stringify(value)).digest('hex');

const checkKey = (key: string): void => {
  if (KEY.test(key)) return;
  const message = 'Must be 1 to 128 visible ASCII characters';
  const details = [{ pointer: '', rule: 'idempotency_key', message, in: 'header' as const }];
  throw new ServiceError({ code: 'VALIDATION_ERROR', message: 'The idempotency-key is malformed', details });
};

/** In one order, since tokens list the same rights in any. */
const rightsOf = ({ supreme, permissions = [], campaigns = {} }: Partial<TokenClaims> = {}): unknown => [
  supreme === true,
  permissions.toSorted(),
  Object.keys(campaigns)
    .toSorted()
    .map((id) => [id, campaigns[id]?.actions.toSorted()]),
];

/** Throws VALIDATION_ERROR for a key that is none. */
export const identify = ({ key, claims, request }: IdempotentRequest): RequestIdentity => {
  checkKey(key);
  const id = hash([claims?.sub ?? '', request[0], request[1], key]);
  const fingerprint = hash(request);
  return { id, fingerprint, rights: hash(rightsOf(claims)), operation: hash([id, fingerprint]) };
};

import { createHmac, createPrivateKey, KeyObject, sign } from 'node:crypto';

export type TokenOptions = {
  claims: Readonly<Record<string, unknown>>;
  /** A shared secret for HS256, a private key for RS256 and ES256. */
  key: string | Uint8Array | KeyObject;
  /** @default HS256 */
  algorithm?: 'HS256' | 'RS256' | 'ES256';
  /** Names the key in the token's header. */
  kid?: string | undefined;
  /** Further header members, to forge headers that a verifier must refuse. */
  header?: Readonly<Record<string, unknown>>;
};

/**
 * Signs a token with nothing but `node:crypto`, so that tests check the verifier against an implementation that shares no code with
 * it. It sets no claims of its own: expired, unsigned-for and absurd tokens are what tests need.
 */
export const signTestToken = ({ claims, key, algorithm = 'HS256', kid, header = {} }: TokenOptions): string => {
  const head = { alg: algorithm, typ: 'JWT', ...(kid === undefined ? {} : { kid }), ...header };
  const content = `${encode(head)}.${encode(claims)}`;
  return `${content}.${signature(content, key, algorithm).toString('base64url')}`;
};

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

const signature = (content: string, key: TokenOptions['key'], algorithm: string): Buffer => {
  if (algorithm === 'HS256') return createHmac('sha256', key).update(content).digest();
  const privateKey = key instanceof KeyObject ? key : createPrivateKey(Buffer.from(key));
  if (algorithm === 'RS256') return sign('sha256', Buffer.from(content), privateKey);
  // A token holds the two numbers of the signature side by side (64 bytes); the default of Node is DER.
  return sign('sha256', Buffer.from(content), { key: privateKey, dsaEncoding: 'ieee-p1363' });
};

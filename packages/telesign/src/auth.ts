import { createHmac } from 'node:crypto';

export type Credentials = {
  customerId: string;
  /** As the portal shows it: base64. */
  apiKey: string;
};

/** Over TLS this is all that TeleSign asks for. */
export const basicAuth = ({ customerId, apiKey }: Credentials): Record<string, string> => ({
  authorization: `Basic ${Buffer.from(`${customerId}:${apiKey}`).toString('base64')}`,
});

export type SignedRequest = {
  method: string;
  contentType: string;
  /** The bytes that are sent, as text. */
  body: string;
  /** The path without host. */
  resource: string;
  nowMs: number;
  /** A UUID that was never used before. */
  nonce: string;
};

/**
 * The TSA digest: the key never travels, and a copy of the request is worth nothing later.
 * https://developer.telesign.com/enterprise/docs/digest-authentication
 */
export const digestAuth = ({ customerId, apiKey }: Credentials, request: SignedRequest): Record<string, string> => {
  const { method, contentType, body, resource, nowMs, nonce } = request;
  const date = new Date(nowMs).toUTCString();
  const signed = [
    method,
    contentType,
    date,
    'x-ts-auth-method:HMAC-SHA256',
    `x-ts-nonce:${nonce}`,
    ...(body === '' ? [] : [body]),
    resource,
  ].join('\n');
  const signature = createHmac('sha256', Buffer.from(apiKey, 'base64')).update(signed).digest('base64');
  return {
    authorization: `TSA ${customerId}:${signature}`,
    date,
    'x-ts-auth-method': 'HMAC-SHA256',
    'x-ts-nonce': nonce,
  };
};

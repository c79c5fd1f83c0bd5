import type { Clock, Random } from '@verifiedfan/ports';
import { type CreateRequestOptions, createRequest, RequestError, type RetryRule } from '@verifiedfan/request';
import { readAnswer, statusCodeOf } from './answer.ts';
import { basicAuth, type Credentials, digestAuth } from './auth.ts';
import { codeOfStatus, TelesignError, VENDOR_CODES } from './errors.ts';
import { digitsOf, LIFECYCLE_EVENTS, type PhoneRisk, type PhoneRiskQuery } from './phone-risk.ts';

export type TelesignOptions = Credentials & {
  clock: Clock;
  random: Random;
  /** @default the product's public host */
  baseUrl?: string | undefined;
  /** @default 'basic' */
  auth?: 'basic' | 'digest' | undefined;
  /** One attempt, in milliseconds. @default 5_000 */
  timeoutMs?: number | undefined;
  /** The whole look-up with its waits, in milliseconds. @default 12_500 */
  deadlineMs?: number | undefined;
} & Pick<CreateRequestOptions, 'attempts' | 'log' | 'tracer' | 'dispatcher'>;

/** What differs between the products. */
export type Product = {
  host: string;
  /** The path and the parameters of one look-up; `digits` is the number without `+`. */
  describe(
    query: PhoneRiskQuery,
    digits: string,
  ): { resource: string; form: Readonly<Record<string, string | undefined>> };
};

const CONTENT_TYPE = 'application/x-www-form-urlencoded';

/** Both kinds of 429 look alike but for the code: 10020 is the account's hard cap, which no waiting lifts. */
const retryRule: RetryRule = ({ body }) => {
  const known = VENDOR_CODES.get(statusCodeOf(body) ?? 0);
  return known === undefined ? undefined : new TelesignError(known).retryable;
};

const encode = (form: Readonly<Record<string, string | undefined>>): string => {
  const given = Object.entries(form).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return new URLSearchParams(given).toString();
};

const toTelesignError = (error: unknown): unknown => {
  if (!(error instanceof RequestError)) return error;
  if (error.cause instanceof TelesignError) return error.cause;
  const { status, retryAfterMs } = error;
  // Of the failed request only the socket's own error is passed on: its body may quote the number in a form nobody foresaw.
  const facts = { status, retryAfterMs, cause: error.cause };
  if (error.code === 'aborted' || error.code === 'closed') return new TelesignError('aborted', facts);
  if (error.code === 'too_large' || error.code === 'invalid_request')
    return new TelesignError('invalid_response', facts);
  if (error.code !== 'http_status' || status === undefined) return new TelesignError('unavailable', facts);
  const vendorCode = statusCodeOf(error.body);
  const code = VENDOR_CODES.get(vendorCode ?? 0) ?? codeOfStatus(status);
  return new TelesignError(code, { ...facts, vendorCode });
};

/** The client of one product. */
export const createTelesignClient = (product: Product, options: TelesignOptions): PhoneRisk => {
  const { customerId, apiKey, auth = 'basic', baseUrl = product.host, ...transport } = options;
  const credentials = { customerId, apiKey };
  const { clock, random } = options;
  const request = createRequest({ ...transport, baseUrl, upstream: 'telesign', retryRule });

  const send = (resource: string, body: string, { correlation, signal }: PhoneRiskQuery) =>
    request({
      method: 'POST',
      path: resource,
      body,
      // Asked before every attempt, so that no nonce is used twice.
      headers: () => ({
        'content-type': CONTENT_TYPE,
        ...(auth === 'basic'
          ? basicAuth(credentials)
          : digestAuth(credentials, {
              method: 'POST',
              contentType: CONTENT_TYPE,
              body,
              resource,
              nowMs: clock.now(),
              nonce: random.uuid(),
            })),
      }),
      // A look-up changes nothing. Repeating it may be billed twice, which is cheaper than a fan without a score.
      idempotent: true,
      secretPath: true, // Score v1 has the number in its path
      normalise: readAnswer,
      correlation,
      signal,
    });

  return {
    async score(query) {
      const digits = digitsOf(query.phone);
      if (digits === undefined) throw new TelesignError('invalid_phone');
      if (!LIFECYCLE_EVENTS.includes(query.event)) throw new TelesignError('invalid_request');
      const { resource, form } = product.describe(query, digits);
      try {
        return await send(resource, encode(form), query);
      } catch (error) {
        throw toTelesignError(error);
      }
    },
    close: () => request.close(),
  };
};

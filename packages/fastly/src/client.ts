import type { Clock, Random } from '@verifiedfan/ports';
import { type CreateRequestOptions, createRequest, type ResponseBody } from '@verifiedfan/request';
import { FastlyError, toFastlyError } from './errors.ts';

export type FastlyOptions = {
  /** With the scope `purge_select`; in no log and no error. */
  token: string;
  serviceId: string;
  clock: Clock;
  random: Random;
  /** Marks pages as stale instead of throwing them away, so that the origin is not overrun. @default true */
  soft?: boolean | undefined;
  /** @default 'https://api.fastly.com' */
  baseUrl?: string | undefined;
  /** One attempt, in milliseconds. @default 3_000 */
  timeoutMs?: number | undefined;
  /** One call with its waits, in milliseconds; many keys are several calls. @default 7_500 */
  deadlineMs?: number | undefined;
} & Pick<CreateRequestOptions, 'attempts' | 'log' | 'tracer' | 'dispatcher'>;

export type PurgeOptions = {
  /** @default that of the client */
  soft?: boolean | undefined;
  signal?: AbortSignal | undefined;
  correlation?: string | undefined;
};

export type Fastly = {
  /**
   * Purges everything that carries one of these keys: any number, each at most 1,024 bytes without spaces; one that is named twice is
   * purged once. Resolves when Fastly has taken all of them, throws `FastlyError` at the first call that it did not take.
   */
  purge(keys: readonly string[], options?: PurgeOptions): Promise<void>;
  close(): Promise<void>;
};

/** Fastly's limit for one batch: https://www.fastly.com/documentation/reference/api/purging */
const MAX_BATCH = 256;
const MAX_KEY_BYTES = 1_024;

const isKey = (key: string): boolean => /^[!-~]+$/.test(key) && Buffer.byteLength(key) <= MAX_KEY_BYTES;

const batchesOf = (keys: readonly string[]): string[][] => {
  const batches: string[][] = [];
  for (let start = 0; start < keys.length; start += MAX_BATCH) batches.push(keys.slice(start, start + MAX_BATCH));
  return batches;
};

/** One key answers `{ status: 'ok' }`, a batch an id for each key; anything else was not said by Fastly. */
const check =
  (keys: readonly string[]) =>
  (body: ResponseBody): void => {
    const isObject = typeof body === 'object' && body !== null && !Array.isArray(body);
    const taken =
      isObject && (keys.length === 1 ? body.status === 'ok' : keys.every((key) => Object.hasOwn(body, key)));
    if (!taken) throw new FastlyError('invalid_response');
  };

/** Purges one service of Fastly. */
export const createFastly = (options: FastlyOptions): Fastly => {
  const { token, serviceId, soft: softly = true, baseUrl = 'https://api.fastly.com', ...rest } = options;
  const { timeoutMs = 3_000, ...transport } = rest;
  const headers = { 'fastly-key': token };
  const request = createRequest({ ...transport, timeoutMs, baseUrl, headers, upstream: 'fastly' });
  const root = `/service/${encodeURIComponent(serviceId)}/purge`;

  const send = async (keys: readonly string[], { soft = softly, signal, correlation }: PurgeOptions): Promise<void> => {
    const [only = ''] = keys;
    try {
      await request({
        method: 'POST',
        // A batch of one would do as well, but one key by its path is what people see in Fastly's own log.
        path: keys.length === 1 ? `${root}/${encodeURIComponent(only)}` : root,
        ...(keys.length === 1 ? {} : { json: { surrogate_keys: keys } }),
        headers: soft ? { 'fastly-soft-purge': '1' } : {},
        // Purging twice is purging once.
        idempotent: true,
        normalise: check(keys),
        signal,
        correlation,
      });
    } catch (error) {
      throw toFastlyError(error);
    }
  };

  return {
    async purge(keys, purgeOptions = {}) {
      if (!keys.every(isKey)) throw new FastlyError('invalid_key');
      for (const batch of batchesOf([...new Set(keys)])) await send(batch, purgeOptions);
    },
    close: () => request.close(),
  };
};

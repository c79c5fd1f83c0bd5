import { type GetToken, type Request, type ResponseBody, withToken } from '@verifiedfan/request';
import { EntryAnswerError } from './errors.ts';
import type { Entry, Registration, ScoringAnswer, ScoringRequest } from './types.ts';

export type EntryClientOptions = {
  /** With entry-service as its `baseUrl`. */
  request: Request;
  getToken: GetToken;
};

export type CallSettings = {
  /** 1 to 128 visible ASCII characters; the same key for the same content. */
  idempotencyKey?: string | undefined;
  signal?: AbortSignal | undefined;
};

export type EntryClient = {
  /** Needs `entries:score`. Repeating it is harmless with or without a key, so it is repeated where the connection broke. */
  postScoring(body: ScoringRequest, settings?: CallSettings): Promise<ScoringAnswer>;
  /** Needs `entries:register`. Registering the same again answers the entry; other content is a `RequestError` with status 409. */
  register(registration: Registration, settings?: CallSettings): Promise<Entry>;
  /** Needs `entries:read` or `read` on the campaign. Undefined when the member has no entry. */
  find(campaignId: string, memberId: string): Promise<Entry | undefined>;
  /** Needs `entries:erase`. Nothing to erase is not an error. */
  erase(campaignId: string, memberId: string): Promise<void>;
};

const COUNTERS = ['input', 'found', 'inserted', 'updated', 'unchanged', 'withdrawn'] as const;

const dataOf = (body: ResponseBody): unknown =>
  typeof body === 'object' && body !== null && 'data' in body ? body.data : undefined;

const toAnswer = (body: ResponseBody): ScoringAnswer => {
  const data = dataOf(body) ?? {};
  const counts = COUNTERS.map((name) => {
    const count: unknown = Reflect.get(Object(data), name);
    if (!Number.isSafeInteger(count)) throw new EntryAnswerError(name);
    return [name, count as number] as const;
  });
  return Object.fromEntries(counts) as ScoringAnswer;
};

const toEntry = (body: ResponseBody): Entry => {
  const data = dataOf(body);
  if (typeof data !== 'object' || data === null || !('memberId' in data)) throw new EntryAnswerError('data');
  return data as Entry;
};

const pathOf = (campaignId: string, memberId: string): string =>
  `/entries/${encodeURIComponent(campaignId)}/${encodeURIComponent(memberId)}`;

/** A client of entry-service. Rejects with `RequestError`, with what `getToken` throws, and with `EntryAnswerError`. */
export const createEntryClient = ({ request, getToken }: EntryClientOptions): EntryClient => {
  const call = withToken({ request, getToken });
  return {
    async postScoring(body, settings = {}) {
      const answer = await call({ method: 'POST', path: '/scoring', json: body, idempotent: true, ...settings });
      return toAnswer(answer.body);
    },
    async register(registration, settings = {}) {
      // Create-if-absent: the same registration again is answered, never made twice.
      const answer = await call({
        method: 'POST',
        path: '/entries',
        json: registration,
        idempotent: true,
        ...settings,
      });
      return toEntry(answer.body);
    },
    async find(campaignId, memberId) {
      const { status, body } = await call({ path: pathOf(campaignId, memberId), alsoAccept: [404] });
      return status === 404 ? undefined : toEntry(body);
    },
    async erase(campaignId, memberId) {
      await call({ method: 'DELETE', path: pathOf(campaignId, memberId) });
    },
  };
};

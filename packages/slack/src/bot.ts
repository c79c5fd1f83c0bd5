import { createRequest, type ResponseBody } from '@verifiedfan/request';
import { SlackError, vendorCode } from './errors.ts';
import { askAgainAfter429, checkPost, field, settlePost, toSlackError } from './outcome.ts';
import type { LookupQuery, LookupResult, PostResult, Slack, SlackPost, TransportOptions } from './slack.ts';

export type SlackBotOptions = TransportOptions & {
  /** `xoxb-…` with the scopes `chat:write` and `channels:history` (`groups:history` for a private channel). */
  token: string;
  /** @default 'https://slack.com/api' */
  baseUrl?: string | undefined;
  /** Pages of 200 messages that a look-up reads before it gives up. @default 20 */
  maxPages?: number | undefined;
};

/** The kind of metadata that our posts carry. */
export const POST_EVENT_TYPE = 'verified_fan_post';
const PAGE_SIZE = 200;
/** A message may have 40,000 characters, so that a page of long ones is larger than an ordinary answer. */
const MAX_PAGE_BYTES = 16 * 1_048_576;
/** How much Slack's clock may be ahead of the one that `sinceMs` came from. */
const CLOCK_SLACK_MS = 60_000;
// "It's possible some aspect of the operation succeeded before the error was raised."
const MAY_HAVE_POSTED = new Set(['internal_error', 'fatal_error']);

const readPost = (body: ResponseBody): PostResult => {
  const ts = field(body, 'ts');
  if (field(body, 'ok') === true && typeof ts === 'string') return { outcome: 'posted', ts };
  const code = field(body, 'ok') === false ? vendorCode(field(body, 'error')) : undefined;
  // HTML of a gateway, half a JSON document, an empty body: Slack itself never answers so, and may have posted before.
  if (code === undefined) return { outcome: 'unknown', code: 'unreadable_answer' };
  if (MAY_HAVE_POSTED.has(code)) return { outcome: 'unknown', code };
  throw new SlackError(code);
};

const bodyOf = ({ id, channel, text, attachments }: SlackPost): object => ({
  channel,
  text,
  ...(attachments && { attachments }),
  metadata: { event_type: POST_EVENT_TYPE, event_payload: { id } },
});

const isOurs = (message: unknown, id: string): boolean => {
  const metadata = field(message, 'metadata');
  return field(metadata, 'event_type') === POST_EVENT_TYPE && field(field(metadata, 'event_payload'), 'id') === id;
};

type Page = { ts: string | undefined; cursor: string | undefined };

const readPage = (body: ResponseBody, id: string): Page => {
  const messages = field(body, 'messages');
  if (field(body, 'ok') !== true || !Array.isArray(messages)) {
    throw new SlackError(vendorCode(field(body, 'error')) ?? 'unavailable');
  }
  const ts = field(
    messages.find((message) => isOurs(message, id)),
    'ts',
  );
  const cursor = field(field(body, 'response_metadata'), 'next_cursor');
  return {
    ts: typeof ts === 'string' ? ts : undefined,
    cursor: typeof cursor === 'string' && cursor !== '' ? cursor : undefined,
  };
};

/** Posts with a bot token. An unknown outcome can be looked up, because every post carries its id as metadata. */
export const createSlackBot = (options: SlackBotOptions): Slack => {
  const { token, baseUrl = 'https://slack.com/api', maxPages = 20, ...transport } = options;
  const headers = { authorization: `Bearer ${token}` };
  const answers = { maxResponseBytes: MAX_PAGE_BYTES, retryRule: askAgainAfter429 };
  const request = createRequest({ ...transport, ...answers, baseUrl, headers, upstream: 'slack' });

  const search = async ({ id, channel, sinceMs }: LookupQuery, context: object): Promise<LookupResult> => {
    // https://docs.slack.dev/reference/methods/conversations.history
    const oldest = (Math.max(0, sinceMs - CLOCK_SLACK_MS) / 1_000).toFixed(6);
    const query = { channel, oldest, inclusive: true, include_all_metadata: true, limit: PAGE_SIZE };
    const seen = new Set<string>();
    let cursor: string | undefined;
    for (let page = 0; page < maxPages; page += 1) {
      const body = await request({ ...context, path: '/conversations.history', query: { ...query, cursor } });
      const found = readPage(body, id);
      if (found.ts !== undefined) return { outcome: 'posted', ts: found.ts };
      if (found.cursor === undefined) return { outcome: 'absent' };
      if (seen.has(found.cursor)) break; // a server that repeats itself would be asked for ever
      seen.add(found.cursor);
      cursor = found.cursor;
    }
    return { outcome: 'unknown' };
  };

  return {
    canLookup: true,
    post(post, context = {}) {
      const call = { ...context, method: 'POST', path: '/chat.postMessage' };
      return settlePost(async () => {
        checkPost(post);
        return request({ ...call, json: bodyOf(post) });
      }, readPost);
    },
    async lookup(query, context = {}) {
      try {
        return await search(query, context);
      } catch (error) {
        throw toSlackError(error);
      }
    },
    close: () => request.close(),
  };
};

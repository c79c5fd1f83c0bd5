/**
 * A STAND-IN for Slack, not Slack: `chat.postMessage`, `conversations.history` and incoming webhooks, as documented on docs.slack.dev.
 * It checks tokens, content types, channels and limits, reports errors of the Web API with HTTP 200, throttles each channel, and stores
 * a post before it answers, so that a caller who never saw the answer can look the post up by its metadata.
 * Left out: scopes, threads beyond `thread_ts`, edits, users, everything that is not about posting into a channel.
 */
import type { JsonObject, JsonValue } from '@verifiedfan/ports';
import {
  json,
  mediaType,
  parseJson,
  type StandInAnswer,
  type StandInDefinition,
  type StandInRequest,
  text,
} from '../stand-in.ts';
import { createRateLimiter, type RateLimit } from './rate-limit.ts';
import { createHistory, type SlackPost } from './slack-history.ts';
import { readArguments, readMessage } from './slack-messages.ts';

/** Well-known credentials and names of the sandbox; they open nothing anywhere else. */
export const SANDBOX_SLACK = {
  token: 'xoxb-sandbox',
  channel: 'C0SANDBOX',
  webhookPath: '/services/T0SANDBOX/B0SANDBOX/sandbox-webhook',
} as const;

export type SlackStandInOptions = {
  /** Bot tokens that are accepted. @default the sandbox's */
  tokens?: readonly string[];
  /** Channel ids and their state. @default the sandbox's channel, open */
  channels?: Readonly<Record<string, 'open' | 'archived' | 'not_in_channel'>>;
  /** Paths of incoming webhooks and the channels that they are bound to. @default the sandbox's */
  webhooks?: Readonly<Record<string, string>>;
  /** Posts a channel takes; false takes any number. @default 1 a second with a burst of 5 */
  rateLimit?: RateLimit | false;
};

const DEFAULT_RATE: RateLimit = { perSecond: 1, burst: 5 };

export const slackStandIn = (options: SlackStandInOptions = {}): StandInDefinition => ({
  name: 'slack',
  create({ clock, log }) {
    const { tokens = [SANDBOX_SLACK.token], rateLimit = DEFAULT_RATE } = options;
    const { channels = { [SANDBOX_SLACK.channel]: 'open' } } = options;
    const { webhooks = { [SANDBOX_SLACK.webhookPath]: SANDBOX_SLACK.channel } } = options;
    const limiter = createRateLimiter({ clock, limit: rateLimit === false ? undefined : rateLimit });
    const history = createHistory({ clock, log });

    const postMessage = async (request: StandInRequest): Promise<StandInAnswer> => {
      const parsed = authorise(request, tokens) ?? readArguments(request, { takesJson: true });
      if (!parsed.ok) return failed(parsed.error);
      const channel = String(parsed.values.channel ?? '');
      const state = Object.hasOwn(channels, channel) ? channels[channel] : undefined;
      if (state !== 'open') return failed(CHANNEL_ERRORS[state ?? 'unknown']);
      const message = readMessage(parsed.values);
      if (typeof message === 'string') return failed(message);
      const waitSeconds = limiter.take(channel);
      if (waitSeconds > 0) return json({ ok: false, error: 'ratelimited' }, throttled(waitSeconds));
      const post = await history.add(channel, 'chat.postMessage', message);
      const warning = parsed.warning === undefined ? {} : warn(parsed.warning);
      return json({ ok: true, channel, ts: post.ts, message: render(post, { metadata: true }), ...warning });
    };

    const readHistory = async (request: StandInRequest): Promise<StandInAnswer> => {
      const parsed = authorise(request, tokens) ?? readArguments(request, { takesJson: false });
      if (!parsed.ok) return failed(parsed.error);
      const { values } = parsed;
      if (typeof values.channel !== 'string')
        return failed('invalid_arguments', '[ERROR] missing required field: channel');
      if (!Object.hasOwn(channels, values.channel)) return failed('channel_not_found');
      if (channels[values.channel] === 'not_in_channel') return failed('not_in_channel');
      const range = readRange(values);
      if (typeof range === 'string') return failed(range);
      const { posts, hasMore } = await history.page(values.channel, range);
      const metadata = isTrue(values.include_all_metadata);
      const next = hasMore ? Buffer.from(`next_ts:${posts.at(-1)?.ts}`).toString('base64') : '';
      const messages = posts.map((post) => render(post, { metadata }));
      return json({ ok: true, messages, has_more: hasMore, pin_count: 0, response_metadata: { next_cursor: next } });
    };

    const webhook = async (request: StandInRequest): Promise<StandInAnswer> => {
      const channel = Object.hasOwn(webhooks, request.path) ? webhooks[request.path] : undefined;
      if (channel === undefined) return text('no_service', { status: 404 });
      if (channels[channel] === 'archived') return text('channel_is_archived', { status: 410 });
      const message = readWebhook(request);
      if (typeof message === 'string') return text(message, { status: 400 });
      const waitSeconds = limiter.take(channel);
      if (waitSeconds > 0) return text('rate_limited', throttled(waitSeconds));
      await history.add(channel, 'webhook', message);
      return text('ok');
    };

    return {
      routes: [
        { name: 'chat.postMessage', methods: ['POST'], path: '/api/chat.postMessage', handle: postMessage },
        {
          name: 'conversations.history',
          methods: ['GET', 'POST'],
          path: '/api/conversations.history',
          handle: readHistory,
        },
        { name: 'webhook', methods: ['POST'], path: '/services/:team/:service/:secret', handle: webhook },
      ],
      reset() {
        limiter.reset();
        history.reset();
      },
    };
  },
});

const CHANNEL_ERRORS = {
  archived: 'is_archived',
  not_in_channel: 'not_in_channel',
  unknown: 'channel_not_found',
} as const;

/** The Web API reports what is wrong with HTTP 200. */
const failed = (error: string, message?: string): StandInAnswer =>
  json({ ok: false, error, ...(message === undefined ? {} : { response_metadata: { messages: [message] } }) });

const warn = (warning: string): JsonObject => ({ warning, response_metadata: { warnings: [warning] } });

const throttled = (seconds: number) => ({ status: 429, headers: { 'retry-after': String(seconds) } });

const authorise = (
  { headers }: StandInRequest,
  tokens: readonly string[],
): { ok: false; error: string } | undefined => {
  const token = /^Bearer (.+)$/i.exec(headers.authorization ?? '')?.[1];
  if (token === undefined) return { ok: false, error: 'not_authed' };
  return tokens.includes(token) ? undefined : { ok: false, error: 'invalid_auth' };
};

/** A webhook takes JSON, or the same as the form field `payload`; it cannot carry metadata. */
const readWebhook = (request: StandInRequest) => {
  const isForm = mediaType(request) === 'application/x-www-form-urlencoded';
  const payload = isForm ? (new URLSearchParams(request.body).get('payload') ?? '') : request.body;
  const value = parseJson(payload);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'invalid_payload';
  const { metadata: _, ...values } = value;
  const message = readMessage(values);
  return typeof message !== 'string' || ['no_text', 'too_many_attachments'].includes(message)
    ? message
    : 'invalid_payload';
};

const isTrue = (value: JsonValue | undefined): boolean => value === true || value === 'true' || value === '1';

const readRange = (values: JsonObject) => {
  const { oldest = '0', latest = 'Infinity', cursor = '', limit = '100' } = values;
  const size = Number(limit);
  if (!Number.isInteger(size) || size < 1 || size > 999) return 'invalid_limit';
  if (Number.isNaN(Number(oldest))) return 'invalid_ts_oldest';
  if (Number.isNaN(Number(latest))) return 'invalid_ts_latest';
  const before = cursor === '' ? String(latest) : /^next_ts:(\d+\.\d+)$/.exec(decodeCursor(cursor))?.[1];
  if (before === undefined) return 'invalid_cursor';
  const inclusive = isTrue(values.inclusive) && cursor === '';
  return { oldest: String(oldest), latest: before, inclusive, limit: size };
};

const decodeCursor = (cursor: JsonValue): string => Buffer.from(String(cursor), 'base64').toString();

/** A post as Slack shows it: as a bot's message, with metadata only for those who ask for it. */
const render = (
  { text, ts, attachments, blocks, thread_ts, metadata }: SlackPost,
  show: { metadata: boolean },
): JsonObject => ({
  type: 'message',
  subtype: 'bot_message',
  bot_id: 'B0SANDBOX',
  text,
  ts,
  ...(attachments === undefined ? {} : { attachments }),
  ...(blocks === undefined ? {} : { blocks }),
  ...(thread_ts === undefined ? {} : { thread_ts }),
  ...(metadata === undefined || !show.metadata ? {} : { metadata }),
});

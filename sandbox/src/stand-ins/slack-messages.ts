import type { JsonObject, JsonValue } from '@verifiedfan/ports';
import { isObject, mediaType, parseJson, type StandInRequest } from '../stand-in.ts';

/** The limits of a message: https://docs.slack.dev/reference/methods/chat.postMessage */
const MAX_TEXT = 40_000;
const MAX_ATTACHMENTS = 100;
const MAX_BLOCKS = 50;

export type SlackArguments = { ok: true; values: JsonObject; warning?: string } | { ok: false; error: string };

/**
 * The arguments of a Web API call: from the query, a form, or, for methods that write, JSON. Slack ignores a JSON body where it does
 * not take one, so that the arguments are simply missing then.
 */
export const readArguments = (request: StandInRequest, { takesJson }: { takesJson: boolean }): SlackArguments => {
  const query: JsonObject = Object.fromEntries(request.query);
  if (request.method === 'GET') return { ok: true, values: query };
  const type = mediaType(request);
  if (type === 'application/x-www-form-urlencoded') {
    return { ok: true, values: { ...query, ...Object.fromEntries(new URLSearchParams(request.body)) } };
  }
  if (type !== 'application/json') return { ok: false, error: type === '' ? 'missing_post_type' : 'invalid_post_type' };
  if (!takesJson) return { ok: true, values: query };
  const body = parseJson(request.body);
  if (body === undefined) return { ok: false, error: 'invalid_json' };
  if (!isObject(body)) return { ok: false, error: 'json_not_object' };
  const hasCharset = /charset=/i.test(request.headers['content-type'] ?? '');
  return { ok: true, values: body as JsonObject, ...(hasCharset ? {} : { warning: 'missing_charset' }) };
};

/** The parts of a message that are kept. */
export type SlackMessage = {
  text: string;
  attachments?: JsonValue[];
  blocks?: JsonValue[];
  thread_ts?: string;
  metadata?: JsonObject;
};

/** A message from its arguments, or Slack's code for what is wrong with it. */
export const readMessage = (values: JsonObject): SlackMessage | string => {
  const { text = '' } = values;
  const [attachments, blocks] = [listOf(values.attachments), listOf(values.blocks)];
  const metadata = typeof values.metadata === 'string' ? parseJson(values.metadata) : values.metadata;
  if (typeof text !== 'string') return 'invalid_arguments';
  if (blocks === 'wrong') return 'invalid_blocks_format';
  if (attachments === 'wrong') return 'invalid_attachments_format';
  if (text === '' && blocks.length === 0 && attachments.length === 0) return 'no_text';
  if (text.length > MAX_TEXT) return 'msg_too_long';
  if (attachments.length > MAX_ATTACHMENTS) return 'too_many_attachments';
  if (blocks.length > MAX_BLOCKS) return 'invalid_blocks';
  if (metadata !== undefined && !isMetadata(metadata)) return 'invalid_metadata_format';
  return {
    text,
    ...(attachments.length > 0 ? { attachments } : {}),
    ...(blocks.length > 0 ? { blocks } : {}),
    ...(typeof values.thread_ts === 'string' ? { thread_ts: values.thread_ts } : {}),
    ...(isMetadata(metadata) ? { metadata } : {}),
  };
};

/** A list as it is in JSON, or as JSON text in a form. */
const listOf = (value: JsonValue | undefined): JsonValue[] | 'wrong' => {
  const list = typeof value === 'string' ? parseJson(value) : (value ?? []);
  return Array.isArray(list) ? list : 'wrong';
};

const isMetadata = (value: unknown): value is JsonObject =>
  isObject(value) && typeof value.event_type === 'string' && value.event_type !== '' && isObject(value.event_payload);

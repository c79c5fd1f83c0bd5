/** `transient` may pass by itself; `message` is about this one post; `setup` needs a person: token, channel, scopes, webhook. */
export type SlackErrorKind = 'transient' | 'message' | 'setup';

/**
 * What Slack's refusals mean, and ours. A code that is not listed is permanent: `ok: false` and 4xx say that nothing was posted.
 * https://docs.slack.dev/reference/methods/chat.postMessage#errors, https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks#handling_errors
 */
export const SLACK_ERRORS = {
  // nothing was posted, and it may work later
  ratelimited: 'transient',
  rate_limited: 'transient',
  message_limit_exceeded: 'transient',
  request_timeout: 'transient',
  service_unavailable: 'transient',
  team_added_to_org: 'transient',
  connect_failed: 'transient',
  deadline_exceeded: 'transient',
  aborted: 'transient',
  closed: 'transient',
  // only when reading: after a post these leave the outcome unknown
  internal_error: 'transient',
  fatal_error: 'transient',
  unavailable: 'transient',
  // this message will never be taken
  invalid_post: 'message',
  msg_too_long: 'message',
  no_text: 'message',
  too_many_attachments: 'message',
  invalid_blocks: 'message',
  invalid_payload: 'message',
  invalid_metadata_format: 'message',
  // nobody's message will be taken
  channel_not_found: 'setup',
  not_in_channel: 'setup',
  is_archived: 'setup',
  channel_is_archived: 'setup',
  user_not_found: 'setup',
  invalid_auth: 'setup',
  invalid_token: 'setup',
  not_authed: 'setup',
  account_inactive: 'setup',
  token_revoked: 'setup',
  token_expired: 'setup',
  missing_scope: 'setup',
  no_permission: 'setup',
  restricted_action: 'setup',
  action_prohibited: 'setup',
  posting_to_general_channel_denied: 'setup',
  team_disabled: 'setup',
  no_service: 'setup',
  no_service_id: 'setup',
  no_team: 'setup',
  no_active_hooks: 'setup',
} as const satisfies Readonly<Record<string, SlackErrorKind>>;
export type SlackErrorCode = keyof typeof SLACK_ERRORS;

export type SlackErrorOptions = { retryAfterMs?: number | undefined; cause?: unknown };

/** Nothing was posted. No field holds the token, the webhook or the text. */
export class SlackError extends Error {
  override readonly name = 'SlackError';
  /** Slack's own code, one of ours, or `http_<status>`. */
  readonly code: SlackErrorCode | (string & {});
  readonly kind: SlackErrorKind;
  readonly retryable: boolean;
  /** How long Slack asks to wait, in milliseconds. */
  readonly retryAfterMs: number | undefined;
  constructor(code: string, { retryAfterMs, cause }: SlackErrorOptions = {}) {
    super(`Slack refused: ${code}`, cause === undefined ? undefined : { cause });
    this.code = code;
    this.kind = Object.hasOwn(SLACK_ERRORS, code) ? SLACK_ERRORS[code as SlackErrorCode] : 'setup';
    this.retryable = this.kind === 'transient';
    this.retryAfterMs = retryAfterMs;
  }
}

/** Slack's codes are words; anything else in their place is text that might hold anything. */
export const vendorCode = (value: unknown): string | undefined =>
  typeof value === 'string' && /^[a-z][a-z0-9_]{0,63}$/.test(value.trim()) ? value.trim() : undefined;

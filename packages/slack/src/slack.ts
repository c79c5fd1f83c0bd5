import type { Clock, Random } from '@verifiedfan/ports';
import type { CreateRequestOptions } from '@verifiedfan/request';

export type SlackField = { title: string; value: string; short?: boolean | undefined };
/** https://docs.slack.dev/messaging/formatting-message-text#secondary-attachments */
export type SlackAttachment = {
  /** `good`, `warning`, `danger` or `#rrggbb`. */
  color?: string | undefined;
  /** For notifications and clients that show no attachments. */
  fallback?: string | undefined;
  pretext?: string | undefined;
  title?: string | undefined;
  title_link?: string | undefined;
  text?: string | undefined;
  fields?: readonly SlackField[] | undefined;
  footer?: string | undefined;
  /** Seconds since 1970. */
  ts?: number | undefined;
};

export type SlackPost = {
  /** The caller's own name for this post, 1 to 128 of `A-Z a-z 0-9 . _ - : #`. It travels as metadata and never repeats. */
  id: string;
  /** The id of the channel (`C…`), not its name: looking up takes ids only. A webhook is bound to its channel and ignores this. */
  channel: string;
  text: string;
  attachments?: readonly SlackAttachment[] | undefined;
};

export type PostResult =
  | { outcome: 'posted'; ts?: string | undefined }
  /** It may have been posted or not. Never post it again; look it up. `code` says what happened. */
  | { outcome: 'unknown'; code: string };

export type LookupQuery = {
  id: string;
  channel: string;
  /** When the post was tried, in milliseconds; older messages are not searched (with a minute for clocks that differ). */
  sinceMs: number;
};

export type LookupResult =
  | { outcome: 'posted'; ts: string }
  /** Everything since then was searched. */
  | { outcome: 'absent' }
  /** It cannot be known: a webhook, or more messages than are searched. */
  | { outcome: 'unknown' };

export type CallContext = { signal?: AbortSignal | undefined; correlation?: string | undefined };

/** A way into Slack. Both ways repeat a call only when Slack certainly did nothing: no connection, or 429. */
export interface Slack {
  /** False for a webhook: `lookup` always answers `unknown`. */
  readonly canLookup: boolean;
  /** Throws `SlackError` when nothing was posted. */
  post(post: SlackPost, context?: CallContext): Promise<PostResult>;
  /** Finds a post by its id. Throws `SlackError`. */
  lookup(query: LookupQuery, context?: CallContext): Promise<LookupResult>;
  close(): Promise<void>;
}

export type TransportOptions = {
  clock: Clock;
  random: Random;
  /** One attempt, in milliseconds. @default 5_000 */
  timeoutMs?: number | undefined;
  /** A whole call with its waits, in milliseconds. @default 12_500 */
  deadlineMs?: number | undefined;
} & Pick<CreateRequestOptions, 'log' | 'tracer' | 'dispatcher'>;

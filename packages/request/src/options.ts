import {
  abortSignal,
  callable,
  type OptionRule,
  optional,
  positiveInteger,
  trueOrFalse,
  wholeNumber,
} from '@verifiedfan/map-utils';
import type { Clock, JsonValue, Random } from '@verifiedfan/ports';
import type { Dispatcher } from 'undici';

/** As much of a logger as this package needs. */
export type RequestLog = { debug(message: string, data: Readonly<Record<string, unknown>>): void };

export type SpanAttributes = Readonly<Record<string, string | number | boolean>>;
export type RequestSpan = {
  /** W3C `traceparent` of the span, for the upstream to continue. */
  readonly traceparent?: string | undefined;
  setAttributes(attributes: SpanAttributes): void;
};
/** As much of a tracer as this package needs: one client span around each call of the upstream. */
export type RequestTracer = {
  clientSpan<T>(name: string, attributes: SpanAttributes, run: (span: RequestSpan) => Promise<T>): Promise<T>;
};

export type Headers = Readonly<Record<string, string>>;
/** A function is asked before every attempt, so that tokens, dates and signatures are fresh. */
export type HeaderSource = Headers | (() => Headers | Promise<Headers>);

/** An answer outside 200–299, for the client that knows what it means. `body` is not redacted. */
export type RefusedAnswer = { status: number; headers: Headers; body: ResponseBody };
/**
 * True: the upstream did nothing and may be asked again, even by POST. False: asking again cannot help. Undefined: the general rule
 * (408, 425, 429 and 5xx are asked again where repeating is safe).
 */
export type RetryRule = (answer: RefusedAnswer) => boolean | undefined;

export type CreateRequestOptions = {
  /** Scheme, host and path prefix. Without it every call names a whole URL. Never with a user name or password. */
  baseUrl?: string | undefined;
  /** Name of the upstream in errors, logs and spans. @default the host of the URL */
  upstream?: string | undefined;
  clock: Clock;
  random: Random;
  headers?: HeaderSource | undefined;
  /** Time of one attempt from connecting to the last byte, in milliseconds. @default 5_000 */
  timeoutMs?: number | undefined;
  /** Time of the whole call with all attempts and waits, in milliseconds. @default 2.5 × timeoutMs */
  deadlineMs?: number | undefined;
  /** Calls in total, the first one included. @default 3 */
  attempts?: number | undefined;
  /** Back-off before call n + 1 is random in 0 … min(backoffCapMs, backoffBaseMs × 2^(n-1)). @default 200 */
  backoffBaseMs?: number | undefined;
  /** @default 5_000 */
  backoffCapMs?: number | undefined;
  /** Longest answer, in bytes. @default 1_048_576 */
  maxResponseBytes?: number | undefined;
  /** Connections to one host at once; further calls wait their turn. @default 32 */
  connections?: number | undefined;
  /** Send `x-correlation-id` and `traceparent`: to our own services, not to third parties. @default false */
  propagate?: boolean | undefined;
  /** Names of headers, query parameters and body fields to hide, besides the list that is always hidden. */
  redact?: readonly string[] | undefined;
  /** The path itself is a credential (a Slack webhook): it is never logged. @default false */
  secretPath?: boolean | undefined;
  retryRule?: RetryRule | undefined;
  /**
   * The correlation id and trace context of whoever is calling, where a call does not name its own.
   * @default the async context of `@verifiedfan/correlation`
   */
  context?: (() => { correlation?: string | undefined; traceparent?: string | undefined } | undefined) | undefined;
  log?: RequestLog | undefined;
  tracer?: RequestTracer | undefined;
  /** An undici dispatcher to use instead of an own one; `close()` leaves it open. */
  dispatcher?: Dispatcher | undefined;
};

/** JSON where the body is JSON, text where it is not, undefined where it is empty. */
export type ResponseBody = JsonValue | undefined;
export type FullResponse<T> = { status: number; headers: Headers; body: T };
export type Query = Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>;

export type CallOptions = {
  /** @default 'GET' */
  method?: string | undefined;
  /** Joined to `baseUrl`; a whole URL only where there is no `baseUrl`, or on its origin. Encode ids with `encodeURIComponent`. */
  path?: string | undefined;
  query?: Query | undefined;
  headers?: HeaderSource | undefined;
  /** At most one of `json`, `form` and `body`. */
  json?: unknown;
  form?: Readonly<Record<string, string>> | undefined;
  /** Sent as it is; say what it is with a `content-type` header. */
  body?: string | Uint8Array | undefined;
  /** Repeating has the same effect as calling once. @default true for GET, HEAD, OPTIONS, PUT and DELETE */
  idempotent?: boolean | undefined;
  /** Sent as `Idempotency-Key`, the same with every attempt; makes the call idempotent. */
  idempotencyKey?: string | undefined;
  /** Statuses outside 200–299 that are answers here, such as 404. */
  alsoAccept?: readonly number[] | undefined;
  correlation?: string | undefined;
  traceparent?: string | undefined;
  timeoutMs?: number | undefined;
  deadlineMs?: number | undefined;
  secretPath?: boolean | undefined;
  signal?: AbortSignal | undefined;
};

/** Turns the upstream's body into ours. What it throws becomes `invalid_response` and is not retried. */
export type Normaliser<T> = (body: ResponseBody, response: { status: number; headers: Headers }) => T;

const anything: OptionRule = { expects: 'anything', accepts: () => true };
const text: OptionRule = { expects: 'text', accepts: (value) => typeof value === 'string' && value !== '' };
const list: OptionRule = { expects: 'a list', accepts: Array.isArray };
const object: OptionRule = { expects: 'an object', accepts: (value) => typeof value === 'object' && value !== null };
const headerSource: OptionRule = {
  expects: 'an object or a function',
  accepts: (value) => object.accepts(value) || callable.accepts(value),
};

export const createRules = {
  baseUrl: optional(text),
  upstream: optional(text),
  clock: object,
  random: object,
  headers: optional(headerSource),
  timeoutMs: optional(positiveInteger),
  deadlineMs: optional(positiveInteger),
  attempts: optional(positiveInteger),
  backoffBaseMs: optional(wholeNumber),
  backoffCapMs: optional(wholeNumber),
  maxResponseBytes: optional(positiveInteger),
  connections: optional(positiveInteger),
  propagate: optional(trueOrFalse),
  redact: optional(list),
  secretPath: optional(trueOrFalse),
  retryRule: optional(callable),
  context: optional(callable),
  log: optional(object),
  tracer: optional(object),
  dispatcher: optional(object),
} satisfies Record<keyof CreateRequestOptions, OptionRule>;

export const callRules = {
  method: optional(text),
  path: optional(text),
  query: optional(object),
  headers: optional(headerSource),
  json: anything,
  form: optional(object),
  body: optional({ expects: 'text or bytes', accepts: (v) => typeof v === 'string' || v instanceof Uint8Array }),
  idempotent: optional(trueOrFalse),
  idempotencyKey: optional(text),
  alsoAccept: optional(list),
  correlation: optional(text),
  traceparent: optional(text),
  timeoutMs: optional(positiveInteger),
  deadlineMs: optional(positiveInteger),
  secretPath: optional(trueOrFalse),
  signal: optional(abortSignal),
  normalise: optional(callable),
  full: optional(trueOrFalse),
} satisfies Record<keyof CallOptions | 'normalise' | 'full', OptionRule>;

import { currentContext } from '@verifiedfan/correlation';
import { checkOptions, type OptionRule } from '@verifiedfan/map-utils';
import { encodeBody } from './body.ts';
import { RequestError } from './errors.ts';
import {
  type CallOptions,
  type CreateRequestOptions,
  callRules,
  createRules,
  type HeaderSource,
  type Headers,
  type Normaliser,
} from './options.ts';
import { createRedactor, type Redactor } from './redact.ts';
import { parseBaseUrl, resolveUrl } from './url.ts';

/** What `createRequest` was given, with defaults. */
export type Settings = Omit<CreateRequestOptions, 'baseUrl' | 'redact'> & {
  base: URL | undefined;
  redactor: Redactor;
  timeoutMs: number;
  attempts: number;
  backoffBaseMs: number;
  backoffCapMs: number;
  maxResponseBytes: number;
};

/** Throws `MapUtilsError` for an unknown or ill-formed option and `UrlError` for a bad base URL: mistakes that show at start-up. */
export const readSettings = (options: CreateRequestOptions): Settings => {
  checkOptions<CreateRequestOptions>(
    'createRequest',
    options,
    createRules as Record<keyof CreateRequestOptions, OptionRule>,
  );
  return {
    ...options,
    base: options.baseUrl === undefined ? undefined : parseBaseUrl(options.baseUrl),
    redactor: createRedactor(options.redact),
    timeoutMs: options.timeoutMs ?? 5_000,
    attempts: options.attempts ?? 3,
    backoffBaseMs: options.backoffBaseMs ?? 200,
    backoffCapMs: options.backoffCapMs ?? 5_000,
    maxResponseBytes: options.maxResponseBytes ?? 1_048_576,
  };
};

export type AnyCall = CallOptions & { normalise?: Normaliser<unknown> | undefined; full?: boolean | undefined };

/** One call, checked and complete; the same for all its attempts. */
export type PreparedCall = {
  method: string;
  url: URL;
  upstream: string;
  headerSources: readonly (HeaderSource | undefined)[];
  fixedHeaders: Headers;
  body: string | Uint8Array | undefined;
  /** Repeating it is harmless. */
  repeatable: boolean;
  /** It changes nothing at the upstream. */
  safe: boolean;
  alsoAccept: readonly number[];
  secretPath: boolean;
  correlation: string | undefined;
  traceparent: string | undefined;
  timeoutMs: number;
  deadlineMs: number;
  signal: AbortSignal | undefined;
};

const SAFE = new Set(['GET', 'HEAD', 'OPTIONS']);
const IDEMPOTENT = new Set([...SAFE, 'PUT', 'DELETE']);

/** Throws `RequestError` with `invalid_request`. */
export const prepareCall = (settings: Settings, call: AnyCall): PreparedCall => {
  try {
    return prepare(settings, call);
  } catch (cause) {
    const upstream = settings.upstream ?? settings.base?.host ?? 'request';
    const never = { attempts: 0, retryable: false, outcomeUnknown: false };
    throw new RequestError({ code: 'invalid_request', upstream, ...never, correlation: call.correlation, cause });
  }
};

const prepare = (settings: Settings, call: AnyCall): PreparedCall => {
  checkOptions<AnyCall>('request', call, callRules as Record<keyof AnyCall, OptionRule>);
  const method = (call.method ?? 'GET').toUpperCase();
  const url = resolveUrl(settings.base, call.path, call.query);
  const encoded = encodeBody(call);
  const context = (settings.context ?? currentContext)();
  const timeoutMs = call.timeoutMs ?? settings.timeoutMs;
  return {
    method,
    url,
    upstream: settings.upstream ?? url.host,
    headerSources: [encoded.headers, settings.headers, call.headers],
    fixedHeaders: call.idempotencyKey === undefined ? {} : { 'idempotency-key': call.idempotencyKey },
    body: encoded.body,
    repeatable: call.idempotencyKey !== undefined || (call.idempotent ?? IDEMPOTENT.has(method)),
    safe: SAFE.has(method),
    alsoAccept: call.alsoAccept ?? [],
    secretPath: call.secretPath ?? settings.secretPath ?? false,
    correlation: call.correlation ?? context?.correlation,
    traceparent: call.traceparent ?? context?.traceparent,
    timeoutMs,
    deadlineMs: call.deadlineMs ?? settings.deadlineMs ?? Math.ceil(timeoutMs * 2.5),
    signal: call.signal,
  };
};

import type { Dispatcher } from 'undici';
import { decodeBody } from './body.ts';
import type { RequestErrorCode } from './errors.ts';
import { type Answer, exchange, type Failure } from './exchange.ts';
import { mergeHeaders, propagationHeaders } from './headers.ts';
import type { Headers, RequestSpan, ResponseBody, SpanAttributes } from './options.ts';
import type { PreparedCall, Settings } from './prepare.ts';
import { isTransientStatus, mayAskToWait, parseRetryAfter } from './retry.ts';

export type Accepted = { outcome: 'accepted'; status: number; headers: Headers; body: ResponseBody };
export type Failed = {
  outcome: 'failed';
  code: RequestErrorCode;
  status: number | undefined;
  /** It may pass by itself. */
  transient: boolean;
  /** Asking again now is allowed, whatever the method. */
  harmless: boolean;
  /** It may have taken effect. */
  mayHaveActed: boolean;
  retryAfterMs: number | undefined;
  body: ResponseBody;
  cause: unknown;
};

const TRANSIENT: ReadonlySet<RequestErrorCode> = new Set(['connect_failed', 'network', 'timeout', 'aborted', 'closed']);

const fromFailure = (call: PreparedCall, { code, sent, status, cause }: Failure): Failed => ({
  outcome: 'failed',
  code,
  status,
  transient: TRANSIENT.has(code),
  harmless: !sent,
  mayHaveActed: sent && !call.safe,
  retryAfterMs: undefined,
  body: undefined,
  cause,
});

const fromAnswer = (settings: Settings, call: PreparedCall, answer: Answer): Accepted | Failed => {
  const { status, headers } = answer;
  const body = decodeBody(answer.bytes, headers['content-type']);
  if ((status >= 200 && status <= 299) || call.alsoAccept.includes(status)) {
    return { outcome: 'accepted', status, headers, body };
  }
  const ruled = settings.retryRule?.({ status, headers, body });
  const refused = status >= 400 && status <= 499;
  return {
    outcome: 'failed',
    code: 'http_status',
    status,
    transient: ruled ?? isTransientStatus(status),
    harmless: ruled === true,
    mayHaveActed: !call.safe && !refused && ruled !== true,
    retryAfterMs: mayAskToWait(status) ? parseRetryAfter(headers['retry-after'], settings.clock.now()) : undefined,
    body,
    cause: undefined,
  };
};

type AttemptOptions = {
  settings: Settings;
  call: PreparedCall;
  dispatcher: () => Dispatcher;
  attempt: number;
  timeoutMs: number;
};

/** One attempt: headers, the exchange, the verdict. Rejects only where a header source does. */
export const runAttempt = (options: AttemptOptions): Promise<Accepted | Failed> => {
  const { settings, call, attempt } = options;
  if (settings.tracer === undefined) return send(options, undefined);
  const attributes: SpanAttributes = {
    'http.request.method': call.method,
    'server.address': call.url.hostname,
    ...(attempt > 1 && { 'http.request.resend_count': attempt - 1 }),
  };
  return settings.tracer.clientSpan(`${call.method} ${call.upstream}`, attributes, async (span) => {
    const result = await send(options, span);
    if (result.status !== undefined) span.setAttributes({ 'http.response.status_code': result.status });
    if (result.outcome === 'failed') span.setAttributes({ 'error.type': result.code });
    return result;
  });
};

const send = async (options: AttemptOptions, span: RequestSpan | undefined): Promise<Accepted | Failed> => {
  const { settings, call, dispatcher, attempt, timeoutMs } = options;
  const { correlation } = call;
  const traceparent = span?.traceparent ?? call.traceparent;
  const propagated = settings.propagate ? propagationHeaders({ correlation, traceparent }) : undefined;
  const headers = await mergeHeaders([...call.headerSources, call.fixedHeaders, propagated]);
  const { method, url, body, signal, upstream } = call;
  const about = { upstream, method, url: settings.redactor.url(url, call.secretPath), attempt, correlation };
  settings.log?.debug('request sent', { ...about, headers: settings.redactor.headers(headers) });
  const { maxResponseBytes } = settings;
  const raw = await exchange({
    dispatcher: dispatcher(),
    url,
    method,
    headers,
    body,
    timeoutMs,
    maxResponseBytes,
    signal,
  });
  const result = raw.kind === 'answer' ? fromAnswer(settings, call, raw) : fromFailure(call, raw);
  const bytes = raw.kind === 'answer' ? raw.bytes.length : undefined;
  const code = result.outcome === 'failed' ? result.code : undefined;
  settings.log?.debug(code ? 'request failed' : 'request answered', { ...about, status: result.status, bytes, code });
  return result;
};

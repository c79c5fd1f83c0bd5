import type { Attributes, Span, Tracer } from '@opentelemetry/api';
import { correlationHeaders } from '@verifiedfan/correlation';
import { globalTracer } from './global.ts';
import { withSpan } from './span.ts';

/** What is read of a request; everything else passes untouched. */
export type TraceableRequest = {
  url: string | URL;
  method?: string | undefined;
  headers?: Readonly<Record<string, string>> | undefined;
};
/** What is read of an answer. */
export type TraceableAnswer = { status?: number | undefined; statusCode?: number | undefined };

export type TracedRequestOptions<Request extends TraceableRequest, Answer> = {
  /** @default the tracer of the process, at the time of each call */
  tracer?: Tracer | undefined;
  request: (request: Request) => Promise<Answer>;
  /** @default the method and the host: paths hold ids, and names must be few */
  spanName?: string | undefined;
  /** Adds `x-correlation-id` and `traceparent`. Only for services of our own: third parties have no business with them. @default false */
  propagate?: boolean | undefined;
};

const FIRST_ERROR_STATUS = 400;
const STATUS_ERROR = 2;

/**
 * The same request function with a client span around each call: method, host, path without its query, status. A status of 400 or more and a thrown error
 * mark the span as failed; the caller gets the answer or the error unchanged.
 */
export const TracedRequest =
  <Request extends TraceableRequest, Answer>(options: TracedRequestOptions<Request, Answer>) =>
  async (call: Request): Promise<Answer> => {
    const { tracer = globalTracer(), request, propagate = false } = options;
    const method = (call.method ?? 'GET').toUpperCase();
    const url = readUrl(call.url);
    const name = options.spanName ?? (url === undefined ? method : `${method} ${url.host}`);
    return withSpan(tracer, { name, kind: 'client', attributes: describe(method, url) }, async (span) => {
      const headers = propagate ? { headers: { ...call.headers, ...correlationHeaders() } } : {};
      const answer = await request({ ...call, ...headers });
      markStatus(span, answer);
      return answer;
    });
  };

const readUrl = (url: string | URL): URL | undefined => (url instanceof URL ? url : (URL.parse(url) ?? undefined));

const describe = (method: string, url: URL | undefined): Attributes => ({
  'http.request.method': method,
  ...(url === undefined
    ? {}
    : {
        'server.address': url.hostname,
        ...(url.port === '' ? {} : { 'server.port': Number(url.port) }),
        'url.scheme': url.protocol.slice(0, -1),
        'url.path': url.pathname,
      }),
});

const markStatus = (span: Span, answer: unknown): void => {
  if (typeof answer !== 'object' || answer === null) return;
  const { status, statusCode } = answer as TraceableAnswer;
  const code = status ?? statusCode;
  if (typeof code !== 'number') return;
  span.setAttribute('http.response.status_code', code);
  if (code >= FIRST_ERROR_STATUS) span.setStatus({ code: STATUS_ERROR, message: `HTTP ${code}` });
};

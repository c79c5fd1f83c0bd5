export { createRequest, type Request } from './create-request.ts';
export { REQUEST_ERROR_CODES, RequestError, type RequestErrorCode, type RequestErrorOptions } from './errors.ts';
export type {
  CallOptions,
  CreateRequestOptions,
  FullResponse,
  HeaderSource,
  Headers,
  Normaliser,
  Query,
  RefusedAnswer,
  RequestLog,
  RequestSpan,
  RequestTracer,
  ResponseBody,
  RetryRule,
  SpanAttributes,
} from './options.ts';
export { createRedactor, type Redactor } from './redact.ts';
export { parseRetryAfter } from './retry.ts';
export { UrlError } from './url.ts';
export { type AuthorizedCall, type GetToken, withToken } from './with-token.ts';

import type { IncomingHttpHeaders } from 'node:http';
import type { Dispatcher } from 'undici';
import type { Headers } from './options.ts';

export type ExchangeOptions = {
  dispatcher: Dispatcher;
  url: URL;
  method: string;
  headers: Headers;
  body: string | Uint8Array | undefined;
  timeoutMs: number;
  maxResponseBytes: number;
  signal: AbortSignal | undefined;
};

export type Answer = { kind: 'answer'; status: number; headers: Headers; bytes: Uint8Array };
export type Failure = {
  kind: 'failure';
  code: 'invalid_request' | 'connect_failed' | 'network' | 'timeout' | 'too_large' | 'aborted' | 'closed';
  /** The request may have reached the upstream. */
  sent: boolean;
  status?: number;
  cause?: unknown;
};

const codeOf = (error: Error, sent: boolean): Failure['code'] => {
  const { code } = error as { code?: unknown };
  if (code === 'UND_ERR_INVALID_ARG') return 'invalid_request';
  if (code === 'UND_ERR_DESTROYED' || code === 'UND_ERR_CLOSED') return 'closed';
  return sent ? 'network' : 'connect_failed';
};

const flatten = (headers: IncomingHttpHeaders): Headers =>
  Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : (value ?? '')]),
  );

/**
 * One request and its whole answer. Never rejects. It speaks undici's handler interface rather than its `request`, because only that
 * says when the first byte is about to leave (a POST that was never sent may be repeated), and lets a call give up while still connecting.
 */
export const exchange = (options: ExchangeOptions): Promise<Answer | Failure> => {
  const { dispatcher, url, method, headers, body, timeoutMs, maxResponseBytes, signal } = options;
  const { promise, resolve } = Promise.withResolvers<Answer | Failure>();
  const chunks: Uint8Array[] = [];
  let controller: Dispatcher.DispatchController | undefined;
  let received = 0;
  let answer: { status: number; headers: Headers } | undefined;
  let finished = false;

  const finish = (result: Answer | Failure): void => {
    if (finished) return;
    finished = true;
    clearTimeout(timer);
    signal?.removeEventListener('abort', onAbort);
    resolve(result);
  };
  const fail = (code: Failure['code'], cause?: unknown): void =>
    finish({
      kind: 'failure',
      code,
      sent: controller !== undefined,
      ...(answer && { status: answer.status }),
      ...(cause === undefined ? {} : { cause }),
    });
  const stop = (code: Failure['code']): void => {
    fail(code);
    controller?.abort(new Error(code));
  };
  const onAbort = (): void => stop('aborted');
  // Real time: what is bounded here is a socket, not a business rule, and a simulated clock cannot make a socket faster.
  const timer = setTimeout(() => stop('timeout'), timeoutMs);
  signal?.addEventListener('abort', onAbort);

  const handler: Dispatcher.DispatchHandler = {
    onRequestStart(started) {
      // Given up while the connection was being made: nothing may leave any more.
      if (finished) started.abort(new Error('given up'));
      else controller = started;
    },
    onResponseStart(_, status, responseHeaders) {
      answer = { status, headers: flatten(responseHeaders) };
      if (Number(answer.headers['content-length'] ?? 0) > maxResponseBytes && method !== 'HEAD') stop('too_large');
    },
    onResponseData(_, chunk) {
      received += chunk.length;
      if (received > maxResponseBytes) stop('too_large');
      else chunks.push(chunk);
    },
    onResponseEnd() {
      if (answer === undefined) fail('network');
      else finish({ kind: 'answer', ...answer, bytes: Buffer.concat(chunks) });
    },
    onResponseError(_, error) {
      fail(codeOf(error, controller !== undefined), error);
    },
  };
  if (signal?.aborted) {
    fail('aborted');
    return promise;
  }
  try {
    const { origin, pathname, search } = url;
    const time = { headersTimeout: 0, bodyTimeout: 0 };
    dispatcher.dispatch({ origin, path: pathname + search, method, headers, body: body ?? null, ...time }, handler);
  } catch (error) {
    fail('invalid_request', error);
  }
  return promise;
};

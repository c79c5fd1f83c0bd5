import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { correlationFromHeaders, type IncomingHeaders, runWithCorrelation } from '@verifiedfan/correlation';
import type { Random } from '@verifiedfan/ports';
import { type Failure, PIPELINE_ERRORS } from './errors.ts';
import { methodLabel, type ServiceLog } from './exchange.ts';
import { errorBody } from './pipeline/error-formatter.ts';
import type { RequestMetrics } from './pipeline/prometheus.ts';
import { readRawRequest } from './raw-request.ts';
import type { Router } from './router.ts';

export type RawAnswersOptions = {
  random: Pick<Random, 'uuid'>;
  metrics: Pick<RequestMetrics, 'count'>;
  log: ServiceLog;
  router: Router;
};

type Type = keyof typeof PIPELINE_ERRORS;
/** What is told of a request, and what is answered. */
type RawAnswer = { failure: Failure; headers: IncomingHeaders; method?: string; path?: string };

const failureOf = (type: Type, message: string, headers: Failure['headers'] = {}): Failure => ({
  status: PIPELINE_ERRORS[type],
  type,
  message,
  headers,
});

const NOT_HTTP: RawAnswer = { failure: failureOf('VALIDATION_ERROR', 'The request is not HTTP'), headers: {} };

/** As the pipeline answers to a method that a path does not have. */
const answerToMethod = (error: Error, router: Router): RawAnswer => {
  const request = readRawRequest(error);
  if (request === undefined) return NOT_HTTP;
  const { path, headers } = request;
  const match = router('', path);
  if (match.outcome !== 'method') {
    return { failure: failureOf('NOT_FOUND', 'There is nothing at this path'), headers };
  }
  const { allow, template } = match;
  return { failure: failureOf('METHOD_NOT_ALLOWED', `This path answers ${allow}`, { allow }), headers, path: template };
};

/** What Node could not parse never becomes a request; by the codes of its parser. */
const answerToUnparsed = (error: Error, router: Router): RawAnswer => {
  const code: unknown = Reflect.get(error, 'code');
  if (code === 'HPE_INVALID_METHOD') return answerToMethod(error, router);
  if (code === 'HPE_HEADER_OVERFLOW') {
    return { failure: failureOf('HEADERS_TOO_LARGE', 'The headers are too large'), headers: {} };
  }
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') {
    return { failure: failureOf('REQUEST_TIMEOUT', 'The request took too long to arrive'), headers: {} };
  }
  return NOT_HTTP;
};

const REASONS: Readonly<Record<number, string>> = { 404: 'Not Found', 405: 'Method Not Allowed' };

/** Writes the answer and lets go of the connection: the server knows nothing of it any more, so that nobody else would close it. */
const send = (socket: Duplex, { status, headers }: Failure, body: string, correlation: string): void => {
  // Whoever asked may be gone; Node has taken its own listener away.
  socket.on('error', () => socket.destroy());
  const lines = Object.entries({
    'content-type': 'application/json; charset=utf-8',
    'x-correlation-id': correlation,
    ...headers,
    'content-length': String(Buffer.byteLength(body)),
    connection: 'close',
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  const head = `HTTP/1.1 ${status} ${REASONS[status] ?? 'Refused'}\r\n${lines.join('')}\r\n`;
  socket.end(head + body, () => socket.destroy());
};

/** Formats, logs, counts and correlates also what the pipeline never sees: unreadable requests, CONNECT and unknown expectations. */
export const answerRawRequests = (server: Server, { random, metrics, log, router }: RawAnswersOptions): void => {
  /** Answers the correlation that goes out. */
  const tell = ({ failure, headers, method = 'OTHER', path = 'unmatched' }: RawAnswer): string => {
    const { status, type } = failure;
    const correlated = correlationFromHeaders(headers, random);
    metrics.count({ method, path, status: String(status) });
    runWithCorrelation(correlated, () => log.info('request', { method, path, status, type }));
    return correlated.correlation;
  };
  const answer = (socket: Duplex, raw: RawAnswer): void => {
    const correlation = tell(raw);
    send(socket, raw.failure, errorBody(raw.failure, correlation), correlation);
  };
  server.on('clientError', (error: Error, socket: Duplex) => {
    if (Reflect.get(error, 'code') === 'ECONNRESET' || !socket.writable) socket.destroy();
    else answer(socket, answerToUnparsed(error, router));
  });
  server.on('connect', ({ headers }: IncomingMessage, socket: Duplex) => {
    const failure = failureOf('METHOD_NOT_ALLOWED', 'This server is no proxy', { allow: 'GET, HEAD' });
    answer(socket, { failure, headers });
  });
  server.on('checkExpectation', ({ headers, method = '' }: IncomingMessage, response: ServerResponse) => {
    const failure = failureOf('EXPECTATION_FAILED', 'Only 100-continue can be expected');
    const correlation = tell({ failure, headers, method: methodLabel(method) });
    response.writeHead(417, { 'content-type': 'application/json; charset=utf-8', 'x-correlation-id': correlation });
    response.end(errorBody(failure, correlation));
  });
};

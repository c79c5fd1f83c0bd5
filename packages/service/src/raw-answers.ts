import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Random } from '@verifiedfan/ports';
import { type Failure, PIPELINE_ERRORS } from './errors.ts';
import { errorBody } from './pipeline/error-formatter.ts';
import type { RequestMetrics } from './pipeline/prometheus.ts';

export type RawAnswersOptions = { random: Pick<Random, 'uuid'>; metrics: Pick<RequestMetrics, 'count'> };

type Type = keyof typeof PIPELINE_ERRORS;
const failureOf = (type: Type, message: string): Failure => ({
  status: PIPELINE_ERRORS[type],
  type,
  message,
  headers: {},
});

/** What Node could not parse never becomes a request; by the codes of its parser. */
const parserFailure = (code: unknown): Failure => {
  if (code === 'HPE_HEADER_OVERFLOW') return failureOf('HEADERS_TOO_LARGE', 'The headers are too large');
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return failureOf('REQUEST_TIMEOUT', 'The request took too long to arrive');
  return failureOf('VALIDATION_ERROR', 'The request is not HTTP');
};

/** Formats, counts and correlates also what the pipeline never sees: unreadable requests, CONNECT and unknown expectations. */
export const answerRawRequests = (server: Server, { random, metrics }: RawAnswersOptions): void => {
  const answer = (socket: Duplex, failure: Failure, reason: string, headers = ''): void => {
    const correlation = random.uuid();
    const body = errorBody(failure, correlation);
    metrics.count({ method: 'OTHER', path: 'unmatched', status: String(failure.status) });
    socket.end(
      `HTTP/1.1 ${failure.status} ${reason}\r\ncontent-type: application/json; charset=utf-8\r\nx-correlation-id: ${correlation}\r\n` +
        `${headers}content-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
    );
  };
  server.on('clientError', (error: Error, socket: Duplex) => {
    if (Reflect.get(error, 'code') === 'ECONNRESET' || !socket.writable) socket.destroy();
    else answer(socket, parserFailure(Reflect.get(error, 'code')), 'Refused');
  });
  server.on('connect', (_request: IncomingMessage, socket: Duplex) => {
    const failure = failureOf('METHOD_NOT_ALLOWED', 'This server is no proxy');
    answer(socket, failure, 'Method Not Allowed', 'allow: GET, HEAD\r\n');
  });
  server.on('checkExpectation', (_request: IncomingMessage, response: ServerResponse) => {
    const correlation = random.uuid();
    const failure = failureOf('EXPECTATION_FAILED', 'Only 100-continue can be expected');
    metrics.count({ method: 'OTHER', path: 'unmatched', status: '417' });
    response.writeHead(417, { 'content-type': 'application/json; charset=utf-8', 'x-correlation-id': correlation });
    response.end(errorBody(failure, correlation));
  });
};

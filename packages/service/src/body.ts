import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import { type ErrorDetail, ServiceError } from './errors.ts';
import { guardJson } from './json-guard.ts';
import { isJsonType } from './media-type.ts';

export const DEFAULT_MAX_BODY_BYTES = 1_048_576;

const tooLarge = (maxBytes: number): ServiceError =>
  new ServiceError({ code: 'PAYLOAD_TOO_LARGE', message: `The body is larger than ${maxBytes} bytes` });

const malformed = (detail: ErrorDetail): ServiceError =>
  new ServiceError({ code: 'VALIDATION_ERROR', message: 'The body is malformed', details: [detail] });

/**
 * Collects the body. Written with events because `for await` costs more than the rest of the pipeline on a small body. An oversized
 * body is refused at once; what is still on the way is read and thrown away, or the client would see a reset instead of the answer.
 */
const collect = (request: IncomingMessage, maxBytes: number): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    if (Number(request.headers['content-length'] ?? 0) > maxBytes) {
      request.resume();
      reject(tooLarge(maxBytes));
      return;
    }
    const chunks: Buffer[] = [];
    let size = 0;
    const refuse = (): void =>
      reject(new ServiceError({ code: 'CLIENT_CLOSED_REQUEST', message: 'The client went away' }));
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= maxBytes) chunks.push(chunk);
      else reject(tooLarge(maxBytes));
    });
    request.once('end', () => resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks)));
    request.once('error', refuse);
    request.once('close', refuse);
  });

const requireJson = (request: IncomingMessage): void => {
  const encoding = request.headers['content-encoding'] ?? 'identity';
  if (isJsonType(request.headers['content-type'] ?? '') && encoding.toLowerCase() === 'identity') return;
  const message = 'The body must be application/json in UTF-8 without content-encoding';
  throw new ServiceError({ code: 'UNSUPPORTED_MEDIA_TYPE', message });
};

/**
 * Reads a JSON body. Throws 413, 415, or 400 for invalid UTF-8, malformed or too deep JSON, keys that reach for prototypes and halves of
 * surrogate pairs.
 */
export const readJsonBody = async (request: IncomingMessage, maxBytes: number): Promise<unknown> => {
  requireJson(request);
  const bytes = await collect(request, maxBytes);
  if (!isUtf8(bytes)) throw malformed({ pointer: '', rule: 'utf8', message: 'Is not valid UTF-8' });
  let value: unknown;
  try {
    value = JSON.parse(bytes.toString('utf8'));
  } catch {
    // Not kept as the cause: V8 quotes the text around the mistake, which may be somebody's address.
    throw malformed({ pointer: '', rule: 'json', message: 'Is not valid JSON' });
  }
  const problem = guardJson(value);
  if (problem !== undefined) throw malformed(problem);
  return value;
};

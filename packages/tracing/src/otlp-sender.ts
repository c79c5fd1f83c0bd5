import { Agent, type IncomingMessage, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import type { Random } from '@verifiedfan/ports';
import { encodeSpans } from './otlp-json.ts';
import type { Delivery, Sender } from './span-queue.ts';

export type OtlpSenderOptions = {
  host: string;
  port: number;
  timeoutMs: number;
  random?: Pick<Random, 'bytes'> | undefined;
};

// https://opentelemetry.io/docs/specs/otlp/#retryable-response-codes
const RETRYABLE: ReadonlySet<number> = new Set([429, 502, 503, 504]);
const ATTEMPTS = 5;
const BASE_DELAY_MS = 250;
const MAX_DELAY_MS = 5_000;
const MAX_ANSWER = 65_536;

type Answer = { status: number; body: string; retryAfterMs: number | undefined };

/**
 * Sends spans to an OTLP/HTTP collector, with retries inside one time limit. Never rejects. Neither an open request nor a wait for a retry keeps
 * the process alive: OpenTelemetry's own sender holds a finished process for ten seconds when nobody answers.
 */
export const createOtlpSender = ({ host, port, timeoutMs, random }: OtlpSenderOptions): Sender => {
  const agent = new Agent({ keepAlive: true, maxSockets: 2 });
  const attempt = (body: string, signal: AbortSignal): Promise<Answer | undefined> =>
    post({ agent, host, port, body, signal }).catch(() => undefined);

  return {
    async send(spans, signal) {
      const deadline = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
      const body = encodeSpans(spans);
      for (let count = 1; ; count += 1) {
        const answer = await attempt(body, deadline);
        if (answer !== undefined && !RETRYABLE.has(answer.status)) return readAnswer(answer, spans);
        if (count === ATTEMPTS || deadline.aborted) return FAILED;
        const delayMs = answer?.retryAfterMs ?? backOffMs(count, random);
        await sleep(delayMs, undefined, { signal: deadline, ref: false }).catch(() => undefined);
        if (deadline.aborted) return FAILED;
      }
    },
    close: () => agent.destroy(),
  };
};

const FAILED: Delivery = { outcome: 'failed' };

const readAnswer = ({ status, body }: Answer, spans: readonly ReadableSpan[]): Delivery => {
  if (status < 200 || status > 299) return FAILED;
  return { outcome: 'sent', rejected: Math.min(spans.length, readRejected(body)) };
};

/** `{"partialSuccess":{"rejectedSpans":"2"}}`: those must not be sent again. An answer that is no JSON took everything. */
const readRejected = (body: string): number => {
  try {
    const answer = JSON.parse(body) as { partialSuccess?: { rejectedSpans?: string | number } };
    const rejected = Number(answer.partialSuccess?.rejectedSpans ?? 0);
    return Number.isSafeInteger(rejected) && rejected > 0 ? rejected : 0;
  } catch {
    return 0;
  }
};

const backOffMs = (count: number, random: Pick<Random, 'bytes'> | undefined): number => {
  const share = random === undefined ? 0.5 : (random.bytes(1)[0] ?? 128) / 255;
  return Math.min(MAX_DELAY_MS, BASE_DELAY_MS * 2 ** count) * (0.5 + share / 2);
};

type Post = { agent: Agent; host: string; port: number; body: string; signal: AbortSignal };

const post = ({ agent, host, port, body, signal }: Post): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
    const outgoing = request({ agent, host, port, path: '/v1/traces', method: 'POST', headers, signal });
    outgoing.on('socket', (socket) => socket.unref());
    outgoing.on('error', reject);
    outgoing.on('response', (response) => readResponse(response).then(resolve, reject));
    outgoing.end(body);
  });

const readResponse = async (response: IncomingMessage): Promise<Answer> => {
  let body = '';
  response.setEncoding('utf8');
  for await (const chunk of response) if (body.length < MAX_ANSWER) body += chunk;
  return { status: response.statusCode ?? 0, body, retryAfterMs: readRetryAfter(response.headers['retry-after']) };
};

/** Seconds only. A date would need the machine's clock; the back-off stands in for it. */
const readRetryAfter = (header: string | undefined): number | undefined =>
  header !== undefined && /^\d{1,6}$/.test(header.trim()) ? Number(header) * 1_000 : undefined;

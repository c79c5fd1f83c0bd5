/**
 * Loaded in front of `verifiedfan start --platform aws` by `--import`: counts the HTTP requests that the process sends, by what they ask for, and how
 * long each takes. From outside, so that what is measured is the product as it is. Prints what was counted so far into the file that
 * BENCH_REQUESTS_FILE names, one line for each SIGUSR2.
 */
import { subscribe } from 'node:diagnostics_channel';
import { appendFileSync } from 'node:fs';
import type { ClientRequest } from 'node:http';
import { isPoll, type RequestCounts } from './requests.ts';

const begun = new WeakMap<ClientRequest, number>();
const counts: RequestCounts = { byKind: {}, idleMs: 0 };
let working = 0;
let idleSinceMs = performance.now();

/** `DynamoDB.PutItem`; S3 has no such header, and is told by its method. */
const kindOf = (request: ClientRequest): string | undefined => {
  const target = request.getHeader('x-amz-target');
  if (typeof target === 'string') return target.replace(/_\d{8}/, '').replace('AmazonSQS', 'SQS');
  return request.getHeader('amz-sdk-request') === undefined ? undefined : `S3.${request.method}`;
};

const requestOf = (message: unknown): ClientRequest => (message as { request: ClientRequest }).request;

subscribe('http.client.request.start', (message) => {
  const request = requestOf(message);
  const kind = kindOf(request);
  if (kind === undefined) return;
  begun.set(request, performance.now());
  if (isPoll(kind)) return;
  if (working === 0) counts.idleMs += performance.now() - idleSinceMs;
  working += 1;
  // Also when it fails: every request is closed once.
  request.once('close', () => {
    working -= 1;
    if (working === 0) idleSinceMs = performance.now();
  });
});

subscribe('http.client.response.finish', (message) => {
  const request = requestOf(message);
  const kind = kindOf(request);
  const sinceMs = begun.get(request);
  if (kind === undefined || sinceMs === undefined) return;
  const counted = counts.byKind[kind] ?? { requests: 0, ms: 0 };
  counts.byKind[kind] = { requests: counted.requests + 1, ms: counted.ms + performance.now() - sinceMs };
});

process.on('SIGUSR2', () => {
  const idleMs = counts.idleMs + (working === 0 ? performance.now() - idleSinceMs : 0);
  appendFileSync(process.env.BENCH_REQUESTS_FILE ?? '/dev/null', `${JSON.stringify({ ...counts, idleMs })}\n`);
});

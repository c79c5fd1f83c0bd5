import { Agent, createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Clock, Random } from '@verifiedfan/ports';
import { SandboxError } from '../errors.ts';
import { createControls, type FaultControls } from './controls.ts';
import { forward, forwardCut, readRequest, sendAnswer, type Target } from './forwarding.ts';
import { createDoor } from './listening.ts';
import { isNamed, operationOf, type ProxiedRequest } from './operation.ts';
import { isBatch, type PartedBatch, partBatch } from './partial.ts';
import { checkFault, PROXY_FAULT_KINDS, type ProxyFault } from './proxy-faults.ts';
import { rewriteAnswer, rewriteRequest } from './queue-addresses.ts';
import {
  isTooSkewed,
  iteratorExpired,
  type ProxiedAnswer,
  readsIterator,
  throttled,
  tooSkewed,
  unknownCredentials,
} from './refusals.ts';
import { createSwitchboard, delayOf } from './switchboard.ts';

export type FaultProxyOptions = {
  /** The server behind it, `http://127.0.0.1:4566`. Signatures are passed on as they are: it must be one that does not check them. */
  target: string;
  /** Delays run on it, and a wrong clock is wrong against it. */
  clock: Clock;
  /** Decides which requests and entries are struck; the same seed and the same requests give the same faults. */
  random: Random;
};

export type FaultProxy = FaultControls<ProxyFault> & {
  /** Port 0 takes a free one. Resolves with the address that drivers take for their endpoint. */
  listen(options?: { port?: number | undefined }): Promise<string>;
  /** Throws `not_listening` before `listen`. */
  readonly url: string;
  close(): Promise<void>;
};

const half = (bytes: Buffer): number => Math.floor(bytes.length / 2);

/** A reverse proxy over HTTP/1.1 in front of an AWS-compatible server, with faults that can be switched on. Bodies are held in memory. */
export const createFaultProxy = ({ target, clock, random }: FaultProxyOptions): FaultProxy => {
  const targetUrl = parseTarget(target);
  const agent = new Agent({ keepAlive: true });
  const behind: Target = { url: targetUrl, agent };
  const board = createSwitchboard<ProxyFault>(random);
  const closing = new AbortController();
  const tools = { clock, random };
  const address = (): string => `http://127.0.0.1:${door.port}`;

  const serviceTime = (): number | undefined => {
    const skew = board.active().findLast(({ kind }) => kind === 'wrong-clock');
    return skew?.kind === 'wrong-clock' ? clock.now() + skew.skewMs : undefined;
  };
  const applies = (fault: ProxyFault, request: ProxiedRequest, operation: string): boolean => {
    if (!isNamed(operation, fault.operations)) return false;
    if (fault.kind === 'partial') return isBatch(operation);
    if (fault.kind === 'expired-iterator') return readsIterator(operation);
    return fault.kind !== 'wrong-clock' || isTooSkewed(request, operation, clock.now() + fault.skewMs);
  };

  const pass = async (request: ProxiedRequest, operation: string, signal: AbortSignal): Promise<ProxiedAnswer> => {
    const places = { target: targetUrl, proxy: address() };
    const answer = await forward(behind, rewriteRequest(request, operation, places), signal);
    return rewriteAnswer(answer, operation, places);
  };

  /** The answer that a fault leads to; undefined when the connection is to break without one. */
  const answerWith = async (
    fault: ProxyFault | undefined,
    request: ProxiedRequest,
    operation: string,
    signal: AbortSignal,
  ): Promise<ProxiedAnswer | undefined> => {
    switch (fault?.kind) {
      case 'throttle':
        return throttled(operation, tools);
      case 'wrong-credentials':
        return unknownCredentials(operation, tools);
      case 'expired-iterator':
        return iteratorExpired(operation, tools);
      case 'wrong-clock':
        return tooSkewed(request, operation, clock.now() + fault.skewMs, tools);
      case 'partial': {
        const parted = partBatch(operation, request.body, { share: fault.share ?? 0.5, random });
        if (parted === undefined) return pass(request, operation, signal);
        return passParted(parted, request, (reduced) => pass(reduced, operation, signal));
      }
      case 'cut-request':
        await forwardCut(behind, request, fault.afterBytes ?? half(request.body));
        return undefined;
      case 'lose-answer':
        await pass(request, operation, signal);
        return undefined;
      default:
        return pass(request, operation, signal);
    }
  };

  const handle = async (incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> => {
    const gone = new AbortController();
    outgoing.once('close', () => gone.abort());
    const request = await readRequest(incoming);
    const operation = operationOf(request);
    const struck = board.draw(operation, (fault) => applies(fault, request, operation));
    const timeMs = serviceTime();
    const waiting = AbortSignal.any([gone.signal, closing.signal]);
    for (const fault of struck) if (fault.kind === 'latency') await clock.sleep(delayOf(fault, random), waiting);
    const fault = struck.find(({ kind }) => kind !== 'latency');
    // A server works on what it was sent, also when nobody waits for the answer any more.
    const answer = await answerWith(fault, request, operation, closing.signal);
    if (answer === undefined) {
      incoming.socket.resetAndDestroy();
      return;
    }
    if (timeMs !== undefined) answer.headers.date = new Date(timeMs).toUTCString();
    sendAnswer(outgoing, answer, fault?.kind === 'cut-answer' ? (fault.afterBytes ?? half(answer.body)) : undefined);
  };

  const server = createServer((incoming, outgoing) => {
    // The server behind does not answer, or the client has gone: either way there is nobody to talk to.
    handle(incoming, outgoing).catch(() => incoming.socket.resetAndDestroy());
  });
  const door = createDoor(server);

  const check = (fault: ProxyFault): void => checkFault(fault, PROXY_FAULT_KINDS, 'operations');

  return {
    ...createControls({ board, door, check }),
    async listen(options) {
      await door.listen(options);
      return address();
    },
    get url() {
      return address();
    },
    async close() {
      closing.abort();
      await door.close();
      agent.destroy();
    },
  };
};

const parseTarget = (target: string): URL => {
  const url = URL.parse(target);
  if (url?.protocol !== 'http:')
    throw new SandboxError('invalid_option', '"target" of a fault proxy is an http:// address');
  return url;
};

/** Lets the server do its part of a batch; an answer that is no success stays as it is. */
const passParted = async (
  { forward: reduced, merge }: PartedBatch,
  request: ProxiedRequest,
  pass: (request: ProxiedRequest) => Promise<ProxiedAnswer>,
): Promise<ProxiedAnswer> => {
  if (reduced === undefined) {
    const type = request.headers['content-type'] ?? 'application/x-amz-json-1.0';
    const headers = { 'content-type': type.startsWith('application/x-www-form') ? 'text/xml' : type };
    return { status: 200, headers, body: merge(undefined) ?? Buffer.alloc(0) };
  }
  const answer = await pass({ ...request, body: reduced });
  const body = answer.status === 200 ? merge(answer.body) : undefined;
  if (body === undefined) return answer;
  // DynamoDB's checksum is of the body that we change.
  const { 'x-amz-crc32': _, ...headers } = answer.headers;
  return { ...answer, headers, body };
};

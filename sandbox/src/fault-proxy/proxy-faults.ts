import { SandboxError } from '../errors.ts';
import { isObject } from '../stand-in.ts';

/** Members that every fault has. */
type Common = {
  /** Share of the requests that are hit, above 0 and at most 1. @default 1 */
  chance?: number | undefined;
  /** How many requests are hit before it is over. @default without end */
  times?: number | undefined;
};

/** What can go wrong between a driver and an HTTP service of AWS. */
export type ProxyFault = Common & {
  /**
   * Calls that may be hit, `dynamodb.BatchWriteItem` or `sqs.*`; names are those of the drivers' spans. @default all that the fault is
   * possible for
   */
  operations?: readonly string[] | undefined;
} & (
    | /** Refused by the service for being too much; the server sees nothing of it. */ { kind: 'throttle' }
    | /** A batch of which `share` of the entries, at least one, is not done; the server gets the others only. @default 0.5 */ {
        kind: 'partial';
        share?: number | undefined;
      }
    | /** Arrives late by `delayMs` and up to `jitterMs` more, on the proxy's clock. Comes on top of other faults. */ {
        kind: 'latency';
        delayMs: number;
        jitterMs?: number | undefined;
      }
    | /** The connection is lost when so many bytes of the request's body were passed on. @default half of them */ {
        kind: 'cut-request';
        afterBytes?: number | undefined;
      }
    | /** The server does its work; the connection is lost after the head and so many bytes of the answer. @default half of them */ {
        kind: 'cut-answer';
        afterBytes?: number | undefined;
      }
    | /** The server does its work, and nothing at all comes back. */ { kind: 'lose-answer' }
    | /** Iterators of streams are too old to be used; hits `GetRecords` only. */ { kind: 'expired-iterator' }
    | /** The service knows no such access key, whichever it is; the server sees nothing. */ {
        kind: 'wrong-credentials';
      }
    | /** The service's clock is this far ahead of the proxy's (negative: behind): signatures that are too old or new are refused. */ {
        kind: 'wrong-clock';
        skewMs: number;
      }
  );

/** What can go wrong between a driver and a server on a connection of its own, such as MongoDB, Redis or Kafka. */
export type TcpFault = Common & {
  /** Strikes only what a client sends in one piece that holds this text, such as `insert`. @default everything that it sends */
  contains?: string | undefined;
} & (
    | { kind: 'latency'; delayMs: number; jitterMs?: number | undefined }
    | { kind: 'cut-request'; afterBytes?: number | undefined }
    | { kind: 'cut-answer'; afterBytes?: number | undefined }
    | { kind: 'lose-answer' }
  );

export const PROXY_FAULT_KINDS = [
  'throttle',
  'partial',
  'latency',
  'cut-request',
  'cut-answer',
  'lose-answer',
  'expired-iterator',
  'wrong-clock',
  'wrong-credentials',
] as const satisfies readonly ProxyFault['kind'][];
export const TCP_FAULT_KINDS = [
  'latency',
  'cut-request',
  'cut-answer',
  'lose-answer',
] as const satisfies readonly TcpFault['kind'][];

const isShare = (value: unknown): boolean => typeof value === 'number' && value > 0 && value <= 1;
const isCount = (value: unknown, least: number): boolean => Number.isSafeInteger(value) && Number(value) >= least;

const CHECKS: Readonly<Record<string, (value: unknown) => boolean>> = {
  chance: isShare,
  share: isShare,
  times: (value) => isCount(value, 1),
  delayMs: (value) => isCount(value, 0),
  jitterMs: (value) => isCount(value, 0),
  afterBytes: (value) => isCount(value, 0),
  skewMs: (value) => Number.isSafeInteger(value),
  contains: (value) => typeof value === 'string' && value !== '',
  operations: (value) =>
    Array.isArray(value) && value.length > 0 && value.every((each) => /^[a-z0-9-]+\.(\*|[A-Za-z0-9]+)$/.test(each)),
};

/** Members of a kind besides those that all have; an exclamation mark says that it cannot be left out. */
const MEMBERS: Readonly<Record<ProxyFault['kind'], readonly string[]>> = {
  throttle: [],
  partial: ['share'],
  latency: ['delayMs!', 'jitterMs'],
  'cut-request': ['afterBytes'],
  'cut-answer': ['afterBytes'],
  'lose-answer': [],
  'expired-iterator': [],
  'wrong-clock': ['skewMs!'],
  'wrong-credentials': [],
};

/** Throws `invalid_option`, naming the member that is wrong, unless it is a fault of one of the kinds. */
export const checkFault = (
  fault: unknown,
  kinds: readonly ProxyFault['kind'][],
  aim: 'operations' | 'contains',
): void => {
  const kind = isObject(fault) ? kinds.find((each) => each === fault.kind) : undefined;
  if (!isObject(fault) || kind === undefined) {
    throw new SandboxError('invalid_option', `"kind" of a fault is one of ${kinds.join(', ')}`);
  }
  const own = MEMBERS[kind].map((member) => member.replace('!', ''));
  const needed = MEMBERS[kind].filter((member) => member.endsWith('!')).map((member) => member.slice(0, -1));
  for (const [name, value] of Object.entries(fault)) {
    if (name === 'kind' || value === undefined) continue;
    if (!['chance', 'times', aim, ...own].includes(name)) {
      throw new SandboxError('invalid_option', `a fault of kind ${kind} has no member "${name}"`);
    }
    if (!CHECKS[name]?.(value)) throw new SandboxError('invalid_option', `"${name}" of a fault is wrong`);
  }
  const missing = needed.find((name) => fault[name] === undefined);
  if (missing !== undefined) throw new SandboxError('invalid_option', `a fault of kind ${kind} needs "${missing}"`);
};

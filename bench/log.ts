/**
 * Log lines per second beside pino with equal work, in one process, round by round in changing order.
 *
 * Equal work: the same fields (service, path, correlation and worker from async context, data), the same redaction of these lines, a sink
 * that takes each line. The peer is pino as its manual shows: a mixin for the context, `redact` for names, a `streamWrite` hook that masks
 * addresses and numbers. It is given the cheapest settings that make these lines equal: exact paths, where ours finds names at any depth, and two
 * short expressions, where ours knows more shapes and bounds the length of a line. Pino without redaction stands in the details: that is the limit.
 */
import { deepStrictEqual } from 'node:assert/strict';
import { AsyncLocalStorage } from 'node:async_hooks';
import { createRequire } from 'node:module';
import { runWithCorrelation } from '@verifiedfan/correlation';
import { createLog } from '@verifiedfan/log';
import type { LoggerOptions, Logger as PinoLogger } from 'pino';
import type { BenchResult } from './result.ts';

const BAR = 0.9;
const LINES_PER_ROUND = 20_000;
const ROUNDS = 11;
const CONTEXT = {
  correlation: '0b9f2f2e-5a0e-4a3e-9c8a-2f2e5a0e4a3e',
  worker: 'loadScoresToDynamoDB',
  shard: 'shardId-000000000003',
};

/** What a worker says after a batch: nothing to hide. */
const PLAIN = {
  name: 'log line of a worker',
  message: 'scores saved',
  data: {
    campaignId: 'tour-2027',
    sequence: '49590338271490256608559692538361571095921575989136588898',
    counters: { in: 1_000, success: 998, created: 12, updated: 3, unchanged: 983, invalid: 2, failed: 0 },
    durationMs: 12.5,
    status: 'OPEN',
  },
};
/** What somebody says who did not think: every kind of thing to hide. */
const SECRET = {
  name: 'log line with secrets',
  message: 'could not text ada@example.com',
  data: {
    campaignId: 'tour-2027',
    email: 'ada@example.com',
    note: 'call +12025550100 first',
    headers: { authorization: 'Bearer abc.def', accept: 'application/json' },
  },
};
type Line = { name: string; message: string; data: object };
type Contender = { name: string; write(line: Line): void; last(): string; microseconds: number[] };

const createSink = () => {
  let text = '';
  let lines = 0;
  return {
    write(line: string): void {
      text = line;
      lines += 1;
    },
    last: () => text,
    count: () => lines,
  };
};

const contextOfPeer = new AsyncLocalStorage<object>();

// The bench does not depend on pino itself; it takes the very copy that the log uses.
const requireOfLog = createRequire(import.meta.resolve('@verifiedfan/log'));
const { pino, stdTimeFunctions } = requireOfLog('pino') as typeof import('pino');

const createPeer = (name: string, options: LoggerOptions): Contender => {
  const sink = createSink();
  const root = pino(
    {
      base: { service: 'demand-workers' },
      messageKey: 'message',
      formatters: { level: (level) => ({ level }) },
      timestamp: () => stdTimeFunctions.isoTime().replace('"time"', '"@timestamp"'),
      mixin: () => ({ ...contextOfPeer.getStore() }),
      ...options,
    },
    sink,
  );
  const log: PinoLogger = root.child({ path: 'workers/scoring' });
  return { name, write: ({ message, data }) => log.info({ data }, message), last: sink.last, microseconds: [] };
};

const EMAIL = /[\w.+-]+@[\w-]+\.[\w.-]+/g;
const PHONE = /\+\d{8,15}\b/g;
// Looked for first, behind the `@timestamp` of every line: the expressions alone would cost the peer three quarters of its speed.
const HEADER = 40;
const mask = (line: string): string =>
  line.includes('@', HEADER) || line.includes('+', HEADER)
    ? line.replace(EMAIL, '[email]').replace(PHONE, '[phone]')
    : line;
const redaction: LoggerOptions = {
  redact: { paths: ['data.email', 'data.phone', 'data.token', 'data.headers.authorization'], censor: '[redacted]' },
  hooks: { streamWrite: mask },
};

const createOurs = (): Contender => {
  const sink = createSink();
  const log = createLog({ service: 'demand-workers', destination: sink, clock: { now: () => Date.now() } }).at(
    'workers/scoring',
  );
  return { name: 'ours', write: ({ message, data }) => log.info(message, data), last: sink.last, microseconds: [] };
};

/** Microseconds for one line. */
const timeRound = ({ write }: Contender, line: Line): number => {
  const startedMs = performance.now();
  for (let count = 0; count < LINES_PER_ROUND; count += 1) write(line);
  return ((performance.now() - startedMs) * 1_000) / LINES_PER_ROUND;
};

/** Both must have written the same fields and hidden the same things, or the comparison means nothing. */
const checkEqual = (ours: Contender, theirs: Contender, line: Line): void => {
  const [first, second] = [ours, theirs].map((contender) => {
    contender.write(line);
    return { ...(JSON.parse(contender.last()) as object), '@timestamp': undefined };
  });
  deepStrictEqual(first, second);
  if (/ada@|2025550100|abc\.def/.test(ours.last())) throw new Error('a secret was written');
};

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

const compare = (line: Line): BenchResult => {
  const ours = createOurs();
  const theirs = createPeer('pino with redaction', redaction);
  const bare = createPeer('pino without redaction', {});
  const contenders = [ours, theirs, bare];
  checkEqual(ours, theirs, line);
  for (const contender of contenders) timeRound(contender, line); // warms up
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const contender of round % 2 === 0 ? contenders : contenders.toReversed()) {
      contender.microseconds.push(timeRound(contender, line));
    }
  }
  checkEqual(ours, theirs, line);
  const linesPerSecond = ({ microseconds }: Contender): number => Math.round(1_000_000 / median(microseconds));
  return {
    name: line.name,
    ratio: linesPerSecond(ours) / linesPerSecond(theirs),
    bar: BAR,
    unit: 'lines/s',
    ours: linesPerSecond(ours),
    theirs: linesPerSecond(theirs),
    detail: {
      'pino without redaction': linesPerSecond(bare),
      'bytes a line': Buffer.byteLength(ours.last()),
      'lines a round': LINES_PER_ROUND,
      rounds: ROUNDS,
    },
  };
};

/** Lines per second of the log beside pino with the same fields and the same redaction; more is better. */
export const run = async (): Promise<BenchResult[]> =>
  runWithCorrelation(CONTEXT, () => contextOfPeer.run(CONTEXT, () => [PLAIN, SECRET].map(compare)));

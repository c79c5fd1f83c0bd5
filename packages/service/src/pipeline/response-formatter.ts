import { isDeepStrictEqual } from 'node:util';
import { CORRELATION_HEADER } from '@verifiedfan/correlation';
import type { Clock } from '@verifiedfan/ports';
import { type Schema, safeParse } from '@verifiedfan/schema';
import type { AnyReply, RawResponse, ResponseContract, Route } from '../contract.ts';
import { compileDeclared, type IsDeclared } from '../declared.ts';
import type { Context, ServiceLog, Step } from '../exchange.ts';
import { keepReady } from './send.ts';

export type ResponseFormatterOptions = {
  clock: Clock;
  log: ServiceLog;
  /** Fail on what the contract does not declare, instead of leaving it out. For tests. */
  strict: boolean;
};

const JSON_TYPE = 'application/json; charset=utf-8';

const isRaw = (contract: ResponseContract): contract is RawResponse => contract !== null && 'contentType' in contract;

/** A reply that its own contract does not know; always a mistake of this service. */
const undeclared = (route: Route, what: string): Error => new Error(`${route.method} ${route.path} answered ${what}`);

/** What is sent as `data`: only declared fields. */
const declaredData = (schema: Schema, { data }: AnyReply, route: Route, strict: boolean): unknown => {
  const result = safeParse(schema, data);
  if (!result.ok)
    throw undeclared(route, `data that breaks its schema at ${result.details.map(({ pointer }) => pointer)}`);
  if (strict && !isDeepStrictEqual(result.value, data)) throw undeclared(route, 'fields that it does not declare');
  return result.value;
};

/** Compiled with the first answer, so that a start does not pay for routes that nobody calls. */
const createLook = (): ((schema: Schema, data: unknown) => boolean) => {
  const compiled = new Map<Schema, IsDeclared>();
  return (schema, data) => {
    const isDeclared = compiled.get(schema) ?? compileDeclared(schema);
    compiled.set(schema, isDeclared);
    return isDeclared(data);
  };
};

/** The time as text. Answers of one millisecond share it. */
const createTimestamp = (clock: Clock): (() => string) => {
  let lastMs = Number.NaN;
  let text = '';
  return () => {
    const nowMs = clock.now();
    if (nowMs !== lastMs) text = new Date(nowMs).toISOString();
    lastMs = nowMs;
    return text;
  };
};

/** Wraps data as `{ data, meta }`, after it was checked against the contract. */
export const formatResponses = ({ clock, log, strict }: ResponseFormatterOptions): Step => {
  const timestamp = createTimestamp(clock);
  const envelope = (context: Context, data: unknown, { next, token }: AnyReply): string => {
    const { correlation } = context.state.exchange;
    return JSON.stringify({ data, meta: { correlation, timestamp: timestamp(), next, token } });
  };
  const isAsDeclared = createLook();
  const checkedData = (schema: Schema, reply: AnyReply, route: Route): unknown =>
    !strict && isAsDeclared(schema, reply.data) ? reply.data : declaredData(schema, reply, route, strict);
  return (context) => {
    const { reply, route } = context.state.exchange;
    if (reply === undefined || route === undefined) throw new Error('The handler answered nothing');
    const contract = Object.hasOwn(route.responses, reply.status) ? route.responses[reply.status] : undefined;
    if (contract === undefined) {
      if (strict) throw undeclared(route, `${reply.status}, which it does not declare`);
      log.warn('undeclared status', { path: route.path, status: reply.status });
    }
    const { status, headers } = reply;
    if (contract === null) {
      context.status = status;
      context.set({ ...headers, [CORRELATION_HEADER]: context.state.exchange.correlation });
      context.body = null;
    } else if (contract !== undefined && isRaw(contract)) {
      keepReady(context, { status, headers, contentType: contract.contentType, body: reply.text ?? '' });
    } else {
      const data = contract === undefined ? undefined : checkedData(contract, reply, route);
      keepReady(context, { status, headers, contentType: JSON_TYPE, body: envelope(context, data, reply) });
    }
    return undefined;
  };
};

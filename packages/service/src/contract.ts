import type { Infer, Schema } from '@verifiedfan/schema';
import type { Access, TokenClaims } from './claims.ts';

export const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;
export type Method = (typeof METHODS)[number];

/** An answer that is sent as it is, without the envelope. */
export type RawResponse = { contentType: string };
/** The schema of `data`; null for an answer without a body. */
export type ResponseContract = Schema | RawResponse | null;
export type Responses = Readonly<Record<number, ResponseContract>>;

type ReplyBody<R extends ResponseContract> = R extends null
  ? { data?: undefined }
  : R extends RawResponse
    ? { text: string }
    : {
        data: Infer<R>;
        /** Of a list: where the next page starts, null on the last one. Becomes `meta.next`. */
        next?: string | null;
        /** Tells the caller that a new token would hold rights that the present one does not. Becomes `meta.token`. */
        token?: 'refresh';
      };

/** What a handler answers: one of the declared statuses with its own data. */
export type Reply<R extends Responses> = {
  [Status in keyof R & number]: {
    status: Status;
    headers?: Readonly<Record<string, string>>;
  } & ReplyBody<R[Status]>;
}[keyof R & number];

/** What a handler gets: checked input and a verified token. */
export type RouteRequest<Params, Query, Body, A extends Access> = {
  params: Params;
  query: Query;
  body: Body;
  claims: A extends 'public' ? undefined : TokenClaims;
  correlation: string;
  /**
   * Names what is asked, where the route stores answers and the request has a key: a hash of its subject, method, template, key and content, in
   * hex. Every repetition has the same one, and nothing else has. A handler that is called with it again finds whatever an execution of it
   * left behind that died, or whose answer was lost, and answers that instead of doing it twice.
   */
  operation: string | undefined;
  /** A request header, undefined when it was not sent. */
  header(name: string): string | undefined;
};

type Nothing = { check: (value: unknown) => { ok: true; value: undefined }; jsonSchema: Record<string, unknown> };

export type RouteContract<
  P extends Schema = Nothing,
  Q extends Schema = Nothing,
  B extends Schema = Nothing,
  R extends Responses = Responses,
  A extends Access = Access,
> = {
  method: Method;
  /** Such as `/campaigns/:campaignId`; fixed words win over parameters. */
  path: string;
  /** One line for OpenAPI. */
  summary: string;
  /** There is no default: a route that forgets it cannot be built. */
  access: A;
  params?: P;
  query?: Q;
  body?: B;
  /** Largest body in bytes. @default 1_048_576 */
  maxBodyBytes?: number;
  /**
   * What a repeated `idempotency-key` does: `stored` answers are kept for 24 hours and repeated, to tokens with the rights of the first; the
   * handler makes what is executed again harmless by `operation`. With `content` the header is welcome but nothing is stored, because the
   * route itself makes repetitions harmless. @default 'content'
   */
  idempotency?: 'stored' | 'content';
  responses: R;
  /**
   * Types of errors that the handler can answer, those of the pipeline that it throws itself included (`VERSION_CONFLICT`, `NOT_FOUND`); what
   * follows from the rest of the contract is understood: see `pipelineTypesOf`.
   */
  errors?: readonly string[];
  /** Names of rights, any one of which lets a caller in, for OpenAPI. @default what `access` says */
  roles?: readonly string[] | undefined;
  /** Request headers that the handler reads, for OpenAPI, such as `if-match`. */
  headers?: readonly string[];
  /** Log good answers at `debug` instead of `info`: for probes, and for workers that call thousands of times. @default false */
  quiet?: boolean;
  handler(request: RouteRequest<Infer<P>, Infer<Q>, Infer<B>, A>): Promise<Reply<NoInfer<R>>> | Reply<NoInfer<R>>;
};

/** A reply as the pipeline sees it. */
export type AnyReply = {
  status: number;
  headers?: Readonly<Record<string, string>> | undefined;
  data?: unknown;
  text?: string | undefined;
  next?: string | null | undefined;
  token?: 'refresh' | undefined;
};

/** A checked contract with its types erased. */
export type Route = Omit<RouteContract, 'params' | 'query' | 'body' | 'handler' | 'responses'> & {
  params?: Schema;
  query?: Schema;
  body?: Schema;
  responses: Responses;
  handler(request: RouteRequest<unknown, unknown, unknown, Access>): Promise<AnyReply> | AnyReply;
};

const PATH = /^(?:\/(?::[A-Za-z][A-Za-z0-9]*|[A-Za-z0-9._-]+))+$/;

const isAccess = (access: unknown): boolean => {
  if (access === 'public' || access === 'token' || access === 'supreme') return true;
  if (typeof access !== 'object' || access === null) return false;
  const names = ['permission', 'campaignAction'].filter((name) => name in access);
  return names.length > 0 && names.every((name) => typeof Reflect.get(access, name) === 'string');
};

/** Declares a route. Throws `TypeError` for a contract that says nobody or nothing: no access, no answer, a path that is none. */
export const route = <
  P extends Schema = Nothing,
  Q extends Schema = Nothing,
  B extends Schema = Nothing,
  const R extends Responses = Responses,
  const A extends Access = Access,
>(
  contract: RouteContract<P, Q, B, R, A>,
): Route => {
  const name = `${contract.method} ${contract.path}`;
  if (!PATH.test(contract.path)) throw new TypeError(`${name}: the path is not of the form /word/:parameter`);
  if (!METHODS.includes(contract.method)) throw new TypeError(`${name}: unknown method`);
  if (!isAccess(contract.access)) throw new TypeError(`${name}: a route must say who may call it (access)`);
  if (Object.keys(contract.responses).length === 0) throw new TypeError(`${name}: a route must declare an answer`);
  if (contract.path.includes(':') && contract.params === undefined) {
    throw new TypeError(`${name}: the parameters in the path have no schema (params)`);
  }
  return contract as unknown as Route;
};

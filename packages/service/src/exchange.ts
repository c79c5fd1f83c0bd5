import type Koa from 'koa';
import type { TokenClaims } from './claims.ts';
import type { AnyReply, Route } from './contract.ts';
import type { Failure } from './errors.ts';

/** An answer that can be written in one go; its names of headers are in lower case. */
export type ReadyAnswer = { headers: Record<string, string>; body: string; bytes: number };

/** What the layers of the pipeline tell each other about one request. */
export type Exchange = {
  correlation: string;
  /** The route's path with its parameters by name, `unmatched` until one is found: the only path in metrics, logs and spans. */
  template: string;
  route?: Route;
  params: Record<string, string>;
  claims?: TokenClaims;
  reply?: AnyReply;
  /** The answer, as long as nobody has put it into Koa's hands. */
  ready?: ReadyAnswer | undefined;
  failure?: Failure;
};

export type ExchangeState = {
  exchange: Exchange;
  /** Of the request's own span, where requests are traced. */
  traceparent?: string | undefined;
};
export type Context = Koa.ParameterizedContext<ExchangeState>;

/** Takes a request to its answer. What goes around it is given it when the pipeline is made, for Koa would join them again each time. */
export type Serve = (context: Context) => Promise<void>;

/** A part of the making of an answer; what it throws becomes the answer. Undefined when it is done at once: there is nothing to wait for. */
export type Step = (context: Context) => Promise<void> | undefined;
/** Is told of every request once its answer stands, and how long that took. */
export type Observer = (context: Context, tookMs: number) => void;

type LogMethods = Readonly<
  Record<'debug' | 'info' | 'warn' | 'error', (message: string, data?: Record<string, unknown>) => void>
>;

/** As much of a logger as the pipeline needs. */
export type ServiceLog = LogMethods & {
  /** The same with the path of a module on each line. A log that cannot tell is used as it is. */
  at?(modulePath: string): LogMethods;
};

/** The log of one module, such as `campaign-service/pipeline/access-log`. */
export const logAt = (log: ServiceLog, modulePath: string): ServiceLog => log.at?.(modulePath) ?? log;

/** Methods come from the client: those outside the list share one name, so that metrics stay small. */
const KNOWN_METHODS: ReadonlySet<string> = new Set([
  'GET',
  'HEAD',
  'POST',
  'PUT',
  'PATCH',
  'DELETE',
  'OPTIONS',
  'TRACE',
]);
export const methodLabel = (method: string): string => (KNOWN_METHODS.has(method) ? method : 'OTHER');

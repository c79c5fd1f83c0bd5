import type { Clock, Random } from '@verifiedfan/ports';
import Koa from 'koa';
import type { VerifyToken } from './claims.ts';
import type { Route } from './contract.ts';
import { type ErrorStatuses, PIPELINE_ERRORS } from './errors.ts';
import { type ExchangeState, logAt, type Serve, type ServiceLog } from './exchange.ts';
import { createIdempotency, type Idempotency } from './idempotency.ts';
import type { IdempotencyStore } from './idempotency-store.ts';
import { createHttpServer, type HttpOptions, type Listening, type ListenOptions, listen } from './listen.ts';
import { createOpenApi } from './open-api/document.ts';
import { accessLog } from './pipeline/access-log.ts';
import { auditSupreme } from './pipeline/audit.ts';
import { authenticate } from './pipeline/authenticate.ts';
import { compressLarge } from './pipeline/compress.ts';
import { correlate } from './pipeline/correlation.ts';
import { formatErrors } from './pipeline/error-formatter.ts';
import { handle } from './pipeline/handle.ts';
import { matchRoute } from './pipeline/match-route.ts';
import { createRequestMetrics, type Gauges, type RequestMetrics } from './pipeline/prometheus.ts';
import { formatResponses } from './pipeline/response-formatter.ts';
import { createServe } from './pipeline/serve.ts';
import { type ServiceTracing, trace } from './pipeline/trace.ts';
import { answerRawRequests } from './raw-answers.ts';
import { createRouter, type Router } from './router.ts';
import { createSystemRoutes, type ReadyCheck } from './system-routes.ts';

export type ServiceServerOptions = Omit<HttpOptions, 'clock'> & {
  /** In OpenAPI. */
  name: string;
  version: string;
  routes: readonly Route[];
  /** The service's own error types with their statuses, such as `{ CAMPAIGN_NOT_FOUND: 404 }`. */
  errors?: ErrorStatuses | undefined;
  verifyToken: VerifyToken;
  clock: Clock;
  random: Pick<Random, 'uuid'>;
  log: ServiceLog;
  /** What `/ready` asks, by the name that it reports. */
  checks?: Readonly<Record<string, ReadyCheck>> | undefined;
  /** What `/metrics` tells besides the requests, by name such as `outbox_dead_rows`. */
  gauges?: Gauges | undefined;
  /** Required by routes that store answers under their idempotency key. */
  idempotencyStore?: IdempotencyStore | undefined;
  tracing?: ServiceTracing | undefined;
  /** Answers that break their contract fail instead of being cut down to it. For tests. @default false */
  strict?: boolean | undefined;
};

export type ServiceServer = {
  listen(options?: ListenOptions): Promise<Listening>;
  /** The OpenAPI 3.1 document. */
  openApi(): Record<string, unknown>;
  /** All routes, those of the pipeline included. */
  routes: readonly Route[];
};

const checkErrors = (routes: readonly Route[], statuses: ErrorStatuses): void => {
  for (const { method, path, errors = [] } of routes) {
    const unknown = errors.find((type) => !Object.hasOwn(statuses, type));
    if (unknown !== undefined) throw new TypeError(`${method} ${path}: the error type ${unknown} has no status`);
  }
};

const createIdempotencyLayer = (options: ServiceServerOptions, statuses: ErrorStatuses): Idempotency | undefined => {
  const { idempotencyStore: store, clock, random, name } = options;
  const log = logAt(options.log, `${name}/idempotency`);
  if (store !== undefined) return createIdempotency({ store, clock, random, log, statuses });
  const needy = options.routes.find(({ idempotency }) => idempotency === 'stored');
  if (needy !== undefined)
    throw new TypeError(`${needy.method} ${needy.path} stores answers and has no idempotencyStore`);
  return undefined;
};

/** The order in which a request passes: what must see every answer comes behind what may refuse. */
const createPipeline = (
  options: ServiceServerOptions,
  parts: {
    router: Router;
    statuses: ErrorStatuses;
    metrics: RequestMetrics;
    idempotency: Idempotency | undefined;
    isClosing: () => boolean;
  },
): Serve => {
  const { name, clock, random, tracing, verifyToken, strict = false } = options;
  const log = (module: string): ServiceLog => logAt(options.log, `${name}/pipeline/${module}`);
  const { router, statuses, metrics, idempotency, isClosing } = parts;
  const serve = createServe({
    clock,
    log: log('serve'),
    steps: [
      matchRoute({ router }),
      authenticate({ verifyToken }),
      handle({ idempotency }),
      formatResponses({ clock, log: log('response-formatter'), strict }),
    ],
    formatError: formatErrors({ statuses, log: log('error-formatter'), strict }),
    finish: compressLarge(),
    observers: [
      (context) => {
        if (isClosing()) context.set('connection', 'close');
      },
      metrics.measure,
      auditSupreme({ log: log('audit'), metrics }),
      accessLog({ log: log('access-log') }),
    ],
  });
  const correlated = correlate({ random }, serve);
  return tracing?.enabled === true ? trace({ tracing }, correlated) : correlated;
};

/** Builds the server of a service. Throws `TypeError` for contracts that contradict each other. */
export const createServiceServer = (options: ServiceServerOptions): ServiceServer => {
  const { name, version, clock, random, checks = {}, errors = {}, gauges } = options;
  const log = (module: string): ServiceLog => logAt(options.log, `${name}/${module}`);
  const statuses: ErrorStatuses = { ...errors, ...PIPELINE_ERRORS };
  const metrics = createRequestMetrics({ gauges });
  let closing = false;
  let document: Record<string, unknown> | undefined;
  const openApi = (): Record<string, unknown> => {
    document ??= createOpenApi({ name, version, routes, statuses });
    return document;
  };
  const isClosing = (): boolean => closing;
  const routes = [
    ...options.routes,
    ...createSystemRoutes({ clock, registry: metrics.registry, checks, isClosing, openApi }),
  ];
  checkErrors(routes, statuses);
  const app = new Koa<ExchangeState>();
  // Only what happens while an answer is being sent gets here, such as a client that went away.
  const serverLog = log('server');
  app.on('error', (error: unknown) => serverLog.debug('answer not sent', { error }));
  const idempotency = createIdempotencyLayer(options, statuses);
  const router = createRouter(routes);
  app.use(createPipeline(options, { router, statuses, metrics, idempotency, isClosing }));
  return {
    routes,
    openApi,
    listen(listenOptions = {}) {
      const server = createHttpServer(app.callback(), options);
      answerRawRequests(server, { random, metrics, log: log('raw-answers'), router });
      const onClose = (): void => {
        closing = true;
      };
      return listen(server, { ...listenOptions, clock, onClose, onClosed: () => idempotency?.stop() });
    },
  };
};

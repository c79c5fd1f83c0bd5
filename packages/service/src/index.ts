export { campaignActions, can, hasPermission } from '@verifiedfan/jwt';
export type { Access, TokenClaims, VerifyToken } from './claims.ts';
export {
  METHODS,
  type Method,
  type RawResponse,
  type Reply,
  type ResponseContract,
  type Responses,
  type Route,
  type RouteContract,
  type RouteRequest,
  route,
} from './contract.ts';
export {
  type ErrorDetail,
  type ErrorStatuses,
  PIPELINE_ERRORS,
  ServiceError,
  type ServiceErrorOptions,
} from './errors.ts';
export { logAt, type ServiceLog } from './exchange.ts';
export {
  createIdempotencyStore,
  IDEMPOTENCY_INDEXES,
  type IdempotencyStore,
  type StoredAttempt,
} from './idempotency-store.ts';
export { createInSpan, type InSpan } from './in-span.ts';
export type { CloseOptions, Listening, ListenOptions } from './listen.ts';
export type { Gauges } from './pipeline/prometheus.ts';
export type { ServiceTracing } from './pipeline/trace.ts';
export { entityTag, readIfMatch, requireVersion } from './preconditions.ts';
export { createServiceServer, type ServiceServer, type ServiceServerOptions } from './server.ts';
export type { ReadyCheck } from './system-routes.ts';
export { traceDatabase } from './trace-database.ts';

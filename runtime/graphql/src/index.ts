/** A GraphQL endpoint that hands workers the exact AppSync events. */
export { GATEWAY_ERROR_CODES, GatewayError, type GatewayErrorCode } from './errors.ts';
export { createGraphqlGateway, type GraphqlGateway } from './gateway.ts';
export type { ApiNames, Invoke, LambdaContext } from './invocation.ts';
export type { GatewayLog, GraphqlGatewayOptions, QueryLimits } from './options.ts';
export { type GatewaySchema, schema } from './schema.ts';

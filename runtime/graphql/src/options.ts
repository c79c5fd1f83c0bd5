import type { Clock, Random } from '@verifiedfan/ports';
import { GatewayError } from './errors.ts';
import type { ApiNames, Invoke } from './invocation.ts';
import type { GatewaySchema } from './schema.ts';

export type QueryLimits = {
  /** Levels of fields. @default 10 */
  maxDepth: number;
  /** Fields with all fragments spread out. @default 200 */
  maxFields: number;
  /** @default 15 */
  maxAliases: number;
  /** Words and signs of the query text. @default 2_000 */
  maxTokens: number;
};

/** The part of a log that is used; `@verifiedfan/log` fits. */
export type GatewayLog = Readonly<Record<'debug' | 'warn' | 'error', (message: string, data?: object) => void>>;

export type GraphqlGatewayOptions = {
  schema: GatewaySchema;
  /** The worker that decides about every call; left out, everybody is let in and `identity` is null. */
  authorizer?: string | undefined;
  invoke: Invoke;
  clock: Clock;
  random: Random;
  log: GatewayLog;
  limits?: Partial<QueryLimits> | undefined;
  /** @default 262_144 */
  maxBodyBytes?: number | undefined;
  /** Time a worker has for one field, in milliseconds. @default 30_000 */
  resolverTimeoutMs?: number | undefined;
  /** Answers of the authorizer that are remembered, where it allows that. @default 1_000 */
  maxCachedAuthorizations?: number | undefined;
  /** Whether the schema can be asked for; without it, errors suggest no names either. @default false */
  introspection?: boolean | undefined;
  /** Whether `GET /graphql` shows the GraphiQL page, which needs `introspection` to be of use. @default false */
  graphiql?: boolean | undefined;
  /** Loads the GraphQL engine (a quarter of a second, 45 MB) in `listen` instead of with the first request. @default false */
  preload?: boolean | undefined;
  /** Names of the API in the events. @default apiId "verifiedfan", account "000000000000", region "local" */
  api?: ApiNames | undefined;
};

export type Settings = ReturnType<typeof settingsOf>;

const DEFAULT_API: ApiNames = { apiId: 'verifiedfan', accountId: '000000000000', region: 'local' };

/** The options with their defaults; throws `invalid_option` for a limit that is not a whole number of at least 1. */
export const settingsOf = (options: GraphqlGatewayOptions) => {
  const { limits = {} } = options;
  const numbers = {
    maxDepth: limits.maxDepth ?? 10,
    maxFields: limits.maxFields ?? 200,
    maxAliases: limits.maxAliases ?? 15,
    maxTokens: limits.maxTokens ?? 2000,
    maxBodyBytes: options.maxBodyBytes ?? 262_144,
    resolverTimeoutMs: options.resolverTimeoutMs ?? 30_000,
    maxCachedAuthorizations: options.maxCachedAuthorizations ?? 1000,
  };
  for (const [name, value] of Object.entries(numbers)) {
    if (!Number.isSafeInteger(value) || value < 1) {
      throw new GatewayError('invalid_option', `${name} must be a whole number of at least 1`);
    }
  }
  return {
    ...numbers,
    introspection: options.introspection ?? false,
    graphiql: options.graphiql ?? false,
    preload: options.preload ?? false,
    api: options.api ?? DEFAULT_API,
  };
};

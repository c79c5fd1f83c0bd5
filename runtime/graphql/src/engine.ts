import { type GraphQLError, type GraphQLSchema, NoSchemaIntrospectionCustomRule, parse } from 'graphql';
import { createLRUCache, createSchema, createYoga, type Plugin } from 'graphql-yoga';
import type { Caller } from './authorization.ts';
import { presentError } from './error-format.ts';
import { GatewayError } from './errors.ts';
import type { Settings } from './options.ts';
import { createLimitRule } from './query-limits.ts';
import type { GraphqlRequest } from './request.ts';
import { attachResolvers, type CallContext, type ResolverOptions } from './resolvers.ts';
import type { GatewaySchema } from './schema.ts';

/** An answer ready for HTTP. */
export type EngineAnswer = { status: number; headers: Record<string, string>; body: string };

export type Engine = {
  execute(request: GraphqlRequest, caller: Caller): Promise<EngineAnswer>;
  /** The GraphiQL page. */
  page(): Promise<EngineAnswer>;
};

export type EngineOptions = { schema: GatewaySchema; settings: Settings; resolvers: ResolverOptions };

const ADDRESS = 'http://gateway/graphql';

/** Query texts whose parsed form is kept. Few, because a parsed query can take a thousand times the memory of its text. */
const CACHED_QUERIES = 100;

/** GraphQL proper, on graphql-yoga. This module is the heavy one; it is imported when the first request needs it. */
export const createEngine = ({ schema: source, settings, resolvers }: EngineOptions): Engine => {
  const schema = buildSchema(source);
  attachResolvers(schema, source, resolvers);
  const yoga = createYoga<CallContext>({
    schema,
    plugins: [limitPlugin(settings), presentationPlugin(settings)],
    graphiql: settings.graphiql,
    // Errors are put into AppSync's form below, which shows less than yoga's own masking.
    maskedErrors: false,
    logging: false,
    cors: false,
    multipart: false,
    landingPage: false,
    parserAndValidationCache: { documentCache: createLRUCache({ max: CACHED_QUERIES }) },
  });
  const answerOf = async (response: Response): Promise<EngineAnswer> => ({
    status: response.status,
    headers: { 'content-type': response.headers.get('content-type') ?? 'application/json; charset=utf-8' },
    body: await response.text(),
  });
  return {
    async execute(request, caller) {
      const { query, operationName, variables } = request;
      const body = JSON.stringify({ query, operationName, variables });
      const headers = { 'content-type': 'application/json', accept: 'application/json' };
      return answerOf(await yoga.fetch(ADDRESS, { method: 'POST', headers, body }, { call: { request, caller } }));
    },
    page: async () => answerOf(await yoga.fetch(ADDRESS, { headers: { accept: 'text/html' } })),
  };
};

const buildSchema = ({ typeDefs }: GatewaySchema): GraphQLSchema => {
  try {
    return createSchema({ typeDefs });
  } catch (cause) {
    throw new GatewayError('invalid_schema', 'the schema is not valid GraphQL', { cause });
  }
};

/** Refuses a query for its size before any of it runs, and introspection unless it is switched on. */
const limitPlugin = (settings: Settings): Plugin => ({
  onParse({ setParseFn }) {
    setParseFn((text, options) => parse(text, { ...options, maxTokens: settings.maxTokens }));
  },
  onValidate({ addValidationRule }) {
    addValidationRule(createLimitRule(settings));
    if (!settings.introspection) addValidationRule(NoSchemaIntrospectionCustomRule);
  },
});

/** AppSync answers 200 to whatever reached GraphQL, with `errorType` in each error. */
const presentationPlugin = ({ introspection }: Settings): Plugin => ({
  onExecutionResult({ result, setResult }) {
    if (result === undefined || Array.isArray(result) || Symbol.asyncIterator in result) return;
    const { errors, data } = result as { errors?: readonly GraphQLError[]; data?: unknown };
    if (errors === undefined || errors.length === 0) return;
    const presented = errors.map((error) => presentError(error, { suggestions: introspection }));
    const http = { status: 200 };
    setResult({ data: data ?? null, errors: presented as unknown as GraphQLError[], extensions: { http } });
  },
});

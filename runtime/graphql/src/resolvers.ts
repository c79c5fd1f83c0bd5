import type { Clock } from '@verifiedfan/ports';
import {
  defaultFieldResolver,
  type GraphQLFieldResolver,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  isObjectType,
} from 'graphql';
import type { Caller } from './authorization.ts';
import { FieldFailure, faultOf, GatewayError, TIMED_OUT } from './errors.ts';
import type { Invoker } from './invocation.ts';
import type { GatewayLog } from './options.ts';
import type { GraphqlRequest } from './request.ts';
import type { GatewaySchema } from './schema.ts';
import { describeSelection } from './selection.ts';
import { LATE, withTimeLimit } from './time-limit.ts';

/** What resolvers know about the request that they are part of. */
export type CallContext = { call: { request: GraphqlRequest; caller: Caller } };

export type ResolverOptions = {
  call: Invoker;
  clock: Clock;
  log: GatewayLog;
  resolverTimeoutMs: number;
};

type Resolver = GraphQLFieldResolver<unknown, CallContext>;

/** Gives every field its resolver: a worker where the map names one, else the member of the parent; both mind denied fields. */
export const attachResolvers = (schema: GraphQLSchema, { workers }: GatewaySchema, options: ResolverOptions): void => {
  const missing = new Set(Object.keys(workers));
  const roots = [schema.getQueryType(), schema.getMutationType()];
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || type.name.startsWith('__')) continue;
    for (const field of Object.values(type.getFields())) {
      const name = `${type.name}.${field.name}`;
      const worker = Object.hasOwn(workers, name) ? workers[name] : undefined;
      if (worker === undefined && roots.includes(type)) {
        throw new GatewayError('invalid_schema', `no worker is named for ${name}`);
      }
      missing.delete(name);
      const resolve = worker === undefined ? (defaultFieldResolver as Resolver) : workerResolver(worker, options);
      field.resolve = guard(name, resolve) as GraphQLFieldResolver<unknown, unknown>;
    }
  }
  const [unknown] = missing;
  if (unknown !== undefined) throw new GatewayError('invalid_schema', `the schema has no field ${unknown}`);
};

/** A denied field is null whatever it holds, and its worker is not even asked. */
const guard =
  (name: string, resolve: Resolver): Resolver =>
  (source, args, context, info) =>
    context.call.caller.deniedFields.has(name) ? null : resolve(source, args, context, info);

const workerResolver =
  (worker: string, { call, clock, log, resolverTimeoutMs: limitMs }: ResolverOptions): Resolver =>
  async (source, args, context, info) => {
    const event = resolverEvent(source, args, context, info);
    const about = { worker, field: info.fieldName, requestId: context.call.request.requestId };
    try {
      const answer = await withTimeLimit({ clock, limitMs }, () => call({ worker, event, limitMs }));
      if (answer !== LATE) return answer;
    } catch (thrown) {
      const fault = faultOf(thrown);
      // Names and codes only: the worker has logged the rest, and a foreign error's text may hold what was asked for.
      log.warn('a worker failed to resolve a field', { ...about, errorType: fault.errorType, code: fault.code });
      throw new FieldFailure(fault, { cause: thrown });
    }
    log.warn('a worker did not resolve a field in time', { ...about, limitMs });
    throw new FieldFailure(TIMED_OUT);
  };

/** The event of a direct Lambda resolver: https://docs.aws.amazon.com/appsync/latest/devguide/resolver-context-reference.html */
const resolverEvent = (source: unknown, args: object, { call }: CallContext, info: GraphQLResolveInfo): object => ({
  arguments: args,
  identity: call.caller.identity,
  source: source ?? null,
  request: { headers: call.request.headers, domainName: null },
  prev: null,
  info: {
    ...describeSelection(info, call.request.variables),
    parentTypeName: info.parentType.name,
    fieldName: info.fieldName,
    variables: call.request.variables,
  },
  stash: {},
});

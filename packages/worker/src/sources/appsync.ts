import type { JsonObject } from '@verifiedfan/ports';
import type { RecordMeta, WorkerRecord } from '../record.ts';
import { isObject, type Source, textOr } from '../source.ts';

/** What a resolver is asked. `context` is what the authorizer found out about the caller. */
export type FieldRequest = {
  field: string;
  arguments: JsonObject;
  context: Record<string, string>;
  headers: Record<string, string>;
};

/** A direct Lambda resolver, one event a field or an array of them: https://docs.aws.amazon.com/appsync/latest/devguide/resolver-context-reference.html */
export const appsyncResolver = (field: string): Source<FieldRequest> => ({
  kind: 'appsync-resolver',
  resource: field,
  mode: 'request',
  recognises: (event) => {
    const first: unknown = Array.isArray(event) ? event[0] : event;
    return isObject(first) && isObject(first.info) && typeof first.info.fieldName === 'string';
  },
  decode: (event, context) => ({
    records: (Array.isArray(event) ? event : [event]).map((each: unknown) => decodeField(each, context)),
    undecodable: [],
  }),
  respond: () => ({}),
  redrive: (payload) => payload,
});

const decodeField = (event: unknown, context: { correlation: string; nowMs: number }): WorkerRecord<FieldRequest> => {
  const body = isObject(event) ? event : {};
  const info = isObject(body.info) ? body.info : {};
  const identity = isObject(body.identity) ? body.identity : {};
  const headers = textMembers(isObject(body.request) ? body.request.headers : undefined);
  const correlation = headers['x-correlation-id'] ?? '';
  const field = textOr(info.fieldName, '');
  const data = {
    field,
    arguments: (isObject(body.arguments) ? body.arguments : {}) as JsonObject,
    context: textMembers(identity.resolverContext),
    headers,
  };
  const meta: RecordMeta = {
    source: 'appsync-resolver',
    id: context.correlation,
    position: `${textOr(info.parentTypeName, 'Query')}.${field}`,
    correlation: /^[A-Za-z0-9._-]{1,128}$/.test(correlation) ? correlation : context.correlation,
    timeMs: context.nowMs,
  };
  if (headers.traceparent !== undefined) meta.traceparent = headers.traceparent;
  return { data, meta };
};

const textMembers = (value: unknown): Record<string, string> =>
  isObject(value)
    ? Object.fromEntries(
        Object.entries(value).flatMap(([name, text]) => (typeof text === 'string' ? [[name, text]] : [])),
      )
    : {};

/** What an authorizer is asked. The token is a secret: never log this. */
export type AuthorizationRequest = { token: string; apiId: string; operation?: string };
/** `resolverContext` is flat and reaches the resolvers as text. */
export type AuthorizationAnswer = {
  isAuthorized: boolean;
  resolverContext?: Record<string, string>;
  deniedFields?: string[];
  ttlOverride?: number;
};

export const appsyncAuthorizer = (): Source<AuthorizationRequest> => ({
  kind: 'appsync-authorizer',
  resource: 'authorizer',
  mode: 'request',
  recognises: (event) =>
    isObject(event) && typeof event.authorizationToken === 'string' && isObject(event.requestContext),
  decode(event, context) {
    const body = isObject(event) ? event : {};
    const request = isObject(body.requestContext) ? body.requestContext : {};
    const data: AuthorizationRequest = { token: textOr(body.authorizationToken, ''), apiId: textOr(request.apiId, '') };
    if (typeof request.operationName === 'string') data.operation = request.operationName;
    const id = textOr(request.requestId, context.correlation);
    const meta: RecordMeta = {
      source: 'appsync-authorizer',
      id,
      position: `authorizer/${id}`,
      correlation: context.correlation,
      timeMs: context.nowMs,
    };
    return { records: [{ data, meta }], undecodable: [] };
  },
  respond: () => ({}),
  redrive: (payload) => payload,
});

import { toCorrelationId } from '@verifiedfan/correlation';
import type { JsonObject, JsonValue } from '@verifiedfan/ports';
import { isObject, textOr } from '../event-parts.ts';
import type { RecordMeta, WorkerRecord } from '../record.ts';
import { type DecodeContext, repeatsAll, type Source } from '../source.ts';

/** What a resolver is asked. `context` is what the authorizer found out about the caller. */
export type FieldRequest = {
  field: string;
  arguments: JsonObject;
  context: Record<string, string>;
  /** In lower case. The caller's token is among them: never log these. */
  headers: Record<string, string>;
};

/**
 * A direct Lambda resolver of one field: one event, or an array of them (BatchInvoke).
 * Shape: https://docs.aws.amazon.com/appsync/latest/devguide/resolver-context-reference.html
 */
export const appsyncResolver = (field: string): Source<FieldRequest> => ({
  kind: 'appsync-resolver',
  resource: field,
  mode: 'request',
  recognises: (event) => {
    const first: unknown = Array.isArray(event) ? event[0] : event;
    return isObject(first) && isObject(first.info) && typeof first.info.fieldName === 'string';
  },
  decode(event, context) {
    const raw = (Array.isArray(event) ? event : [event]) as JsonValue[];
    return { records: raw.map((each) => decodeField(each, context)), raw, undecodable: [] };
  },
  repeats: repeatsAll,
  respond: () => ({}),
  redrive: (payload) => payload,
});

const decodeField = (event: unknown, context: DecodeContext): WorkerRecord<FieldRequest> => {
  const body = isObject(event) ? event : {};
  const info = isObject(body.info) ? body.info : {};
  const identity = isObject(body.identity) ? body.identity : {};
  const headers = textMembers(isObject(body.request) ? body.request.headers : undefined);
  const field = textOr(info.fieldName, '');
  const data = {
    field,
    arguments: (isObject(body.arguments) ? body.arguments : {}) as JsonObject,
    context: textMembers(identity.resolverContext),
    headers,
  };
  const position = `${textOr(info.parentTypeName, 'Query')}.${field}`;
  return {
    data,
    meta: requestMeta({ source: 'appsync-resolver', id: context.correlation, position }, headers, context),
  };
};

const requestMeta = (
  identity: Pick<RecordMeta, 'source' | 'id' | 'position'>,
  headers: Record<string, string>,
  { correlation, nowMs }: DecodeContext,
): RecordMeta => {
  const meta: RecordMeta = {
    ...identity,
    correlation: toCorrelationId(headers['x-correlation-id'], { uuid: () => correlation }),
    timeMs: nowMs,
  };
  // A tracer checks it; what is no traceparent begins a trace of its own.
  if (headers.traceparent !== undefined) meta.traceparent = headers.traceparent;
  return meta;
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

/** An API's Lambda authorizer: https://docs.aws.amazon.com/appsync/latest/devguide/security-authz.html#aws-lambda-authorization */
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
    const identity = { source: 'appsync-authorizer', id, position: `authorizer/${id}` } as const;
    // Events from before April 2024 have no headers.
    const meta = requestMeta(identity, textMembers(body.requestHeaders), context);
    return { records: [{ data, meta }], raw: [event as JsonValue], undecodable: [] };
  },
  repeats: repeatsAll,
  respond: () => ({}),
  redrive: (payload) => payload,
});

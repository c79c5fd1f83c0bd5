import type { AppSyncAuthorizerEvent, AppSyncResolverEvent } from 'aws-lambda';
import { ACCOUNT } from './common.ts';

export type AppSyncResolverInputOptions = {
  arguments?: Record<string, unknown>;
  /** What the authorizer said about the caller; null is a call with an API key. @default null */
  resolverContext?: Record<string, string> | null;
  source?: Record<string, unknown> | null;
  /** Names are lower-cased, as AppSync does. */
  headers?: Record<string, string>;
  parentTypeName?: string;
  fieldName?: string;
  /** Fields wanted of the result, with `/` between the levels. */
  selectionSetList?: string[];
  variables?: Record<string, unknown>;
};

/** The event of a direct Lambda resolver, one per field. */
export const makeAppSyncResolverInput = (
  options: AppSyncResolverInputOptions = {},
): AppSyncResolverEvent<Record<string, unknown>, Record<string, unknown> | null> => {
  const { selectionSetList = [], resolverContext = null } = options;
  const topFields = selectionSetList.filter((path) => !path.includes('/'));
  return {
    arguments: options.arguments ?? {},
    identity: resolverContext === null ? null : { resolverContext },
    source: options.source ?? null,
    request: { headers: lowerCaseNames(options.headers ?? {}), domainName: null },
    prev: null,
    info: {
      selectionSetList,
      selectionSetGraphQL: topFields.length === 0 ? '' : `{\n  ${topFields.join('\n  ')}\n}`,
      parentTypeName: options.parentTypeName ?? 'Query',
      fieldName: options.fieldName ?? 'field',
      variables: options.variables ?? {},
    },
    stash: {},
  };
};

export type AppSyncAuthorizerInputOptions = {
  /** The whole value of the authorization header. */
  authorizationToken?: string;
  queryString?: string;
  /** Missing in the event when left out. */
  operationName?: string;
  variables?: Record<string, unknown>;
  headers?: Record<string, string>;
  requestId?: string;
};

/** The event of a Lambda authorizer, with the request headers that AppSync sends since April 2024. */
export const makeAppSyncAuthorizerInput = (options: AppSyncAuthorizerInputOptions = {}): AppSyncAuthorizerEvent => ({
  authorizationToken: options.authorizationToken ?? 'Bearer token',
  requestContext: {
    apiId: 'abcdefghij',
    accountId: ACCOUNT,
    requestId: options.requestId ?? '00000000-0000-4000-8000-000000000001',
    queryString: options.queryString ?? 'query { __typename }',
    ...(options.operationName === undefined ? {} : { operationName: options.operationName }),
    variables: options.variables ?? {},
  },
  requestHeaders: lowerCaseNames(options.headers ?? {}),
});

const lowerCaseNames = (headers: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));

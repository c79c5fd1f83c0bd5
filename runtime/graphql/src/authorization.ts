import { createHash } from 'node:crypto';
import type { Clock } from '@verifiedfan/ports';
import { type Authorization, readAuthorization } from './authorizer-answer.ts';
import type { ApiNames, Invoker } from './invocation.ts';
import type { GraphqlRequest } from './request.ts';
import { LATE, withTimeLimit } from './time-limit.ts';

/** AppSync gives an authorizer ten seconds: https://docs.aws.amazon.com/appsync/latest/devguide/security-authz.html */
const AUTHORIZER_LIMIT_MS = 10_000;

/** What is known about the caller; undefined is a refusal. Without an authorizer everybody is let in, as with an API key. */
export type Caller = {
  identity: { resolverContext: Record<string, string> } | null;
  deniedFields: ReadonlySet<string>;
};

export type Denial = (reason: 'no_token' | 'late' | 'threw' | 'invalid_answer' | 'refused', thrown?: unknown) => void;

export type AuthorizationOptions = {
  /** The authorizing worker; undefined lets everybody in. */
  worker: string | undefined;
  call: Invoker;
  clock: Clock;
  api: ApiNames;
  /** Answers that are remembered, where the authorizer allows it. */
  maxCached: number;
  /** Told why somebody was refused; never with the token. */
  onDenied: Denial;
};

export const createAuthorization = (options: AuthorizationOptions) => {
  const { worker, call, clock, onDenied } = options;
  const cache = createAuthorizationCache(options);

  const ask = async (request: GraphqlRequest, token: string, name: string): Promise<Authorization | undefined> => {
    const event = authorizerEvent(request, token, options.api);
    const run = () => call({ worker: name, event, limitMs: AUTHORIZER_LIMIT_MS });
    try {
      const answer = await withTimeLimit({ clock, limitMs: AUTHORIZER_LIMIT_MS }, run);
      if (answer === LATE) onDenied('late');
      const authorization = answer === LATE ? undefined : readAuthorization(answer);
      if (answer !== LATE && authorization === undefined) onDenied('invalid_answer');
      return authorization;
    } catch (thrown) {
      onDenied('threw', thrown);
      return undefined;
    }
  };

  /** Who calls; undefined when the call is not allowed, for whatever reason: the caller is told none of them. */
  return async (request: GraphqlRequest): Promise<Caller | undefined> => {
    if (worker === undefined) return { identity: null, deniedFields: new Set() };
    const token = request.headers.authorization ?? '';
    if (token === '') {
      onDenied('no_token');
      return undefined;
    }
    const known = cache.get(token);
    const authorization = known ?? (await ask(request, token, worker));
    if (authorization === undefined) return undefined;
    if (known === undefined) cache.set(token, authorization);
    if (!authorization.isAuthorized) onDenied('refused');
    const { isAuthorized, resolverContext, deniedFields } = authorization;
    return isAuthorized ? { identity: { resolverContext }, deniedFields } : undefined;
  };
};

const authorizerEvent = (request: GraphqlRequest, token: string, { apiId, accountId }: ApiNames): object => ({
  authorizationToken: token,
  requestContext: {
    apiId,
    accountId,
    requestId: request.requestId,
    queryString: request.query,
    ...(request.operationName === undefined ? {} : { operationName: request.operationName }),
    variables: request.variables,
  },
  requestHeaders: request.headers,
});

type CacheOptions = Pick<AuthorizationOptions, 'clock' | 'maxCached'>;

/** Answers by token, as long as the authorizer itself said; the token is kept as a hash only. */
const createAuthorizationCache = ({ clock, maxCached }: CacheOptions) => {
  const entries = new Map<string, { authorization: Authorization; untilMs: number }>();
  const keyOf = (token: string): string => createHash('sha256').update(token).digest('base64');
  return {
    get(token: string): Authorization | undefined {
      const entry = entries.get(keyOf(token));
      return entry !== undefined && entry.untilMs > clock.now() ? entry.authorization : undefined;
    },
    set(token: string, authorization: Authorization): void {
      if (authorization.ttlSeconds === 0) return;
      const key = keyOf(token);
      entries.delete(key);
      entries.set(key, { authorization, untilMs: clock.now() + authorization.ttlSeconds * 1000 });
      const [oldest] = entries.keys();
      if (entries.size > maxCached && oldest !== undefined) entries.delete(oldest);
    },
  };
};

import type { JsonValue } from '@verifiedfan/ports';
import type { Middleware, MiddlewareRequest } from './definition.ts';

type Stage = 'before' | 'after' | 'onError';

/**
 * Runs ordinary middy middlewares around `handle` as middy 7 does (https://middy.js.org/docs/intro/how-it-works): `before` in order, `after`
 * and `onError` in reverse. A value that one of them returns, or sets as `earlyResponse`, is the answer and ends its stage; from `before`
 * it skips the worker too. An error is thrown unless an `onError` answers; an answer from before the error does not count.
 */
export const runMiddlewares = async (
  middlewares: readonly Middleware[],
  event: unknown,
  context: unknown,
  handle: (event: unknown) => Promise<JsonValue>,
): Promise<JsonValue> => {
  if (middlewares.length === 0) return handle(event);
  const request: MiddlewareRequest = { event, context, response: undefined, error: undefined, internal: {} };
  const reversed = middlewares.toReversed();
  try {
    if (!(await runStage(middlewares, 'before', request))) {
      request.response = await handle(request.event);
      await runStage(reversed, 'after', request);
    }
  } catch (thrown) {
    request.response = undefined;
    delete request.earlyResponse;
    request.error = thrown;
    await runStage(reversed, 'onError', request);
    if (request.response === undefined) throw request.error;
  }
  return request.response as JsonValue;
};

/** True when a middleware answered. */
const runStage = async (
  middlewares: readonly Middleware[],
  stage: Stage,
  request: MiddlewareRequest,
): Promise<boolean> => {
  for (const middleware of middlewares) {
    const value = await middleware[stage]?.(request);
    if (value !== undefined) request.earlyResponse = value;
    if (!('earlyResponse' in request)) continue;
    request.response = request.earlyResponse;
    return true;
  }
  return false;
};

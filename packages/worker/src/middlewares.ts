import type { JsonValue } from '@verifiedfan/ports';
import type { Middleware, MiddlewareRequest } from './define-worker.ts';
import { toError } from './errors.ts';

/**
 * Runs ordinary middy middlewares around `handle`: `before` in order, `after` and `onError` in reverse; a value returned by any of them
 * ends the run with it, as in middy 7 (https://middy.js.org/docs/intro/how-it-works).
 */
export const runMiddlewares = async (
  middlewares: readonly Middleware[],
  event: unknown,
  context: unknown,
  handle: (event: unknown) => Promise<JsonValue>,
): Promise<JsonValue> => {
  if (middlewares.length === 0) return handle(event);
  const request: MiddlewareRequest = { event, context, response: undefined, error: null, internal: {} };
  const reversed = middlewares.toReversed();
  try {
    const early = await runEach(middlewares, 'before', request);
    if (early !== undefined) return early as JsonValue;
    request.response = await handle(request.event);
    const replaced = await runEach(reversed, 'after', request);
    if (replaced !== undefined) request.response = replaced;
  } catch (thrown) {
    request.error = toError(thrown);
    const recovered = await runEach(reversed, 'onError', request);
    if (recovered !== undefined) request.response = recovered;
    if (request.response === undefined) throw request.error;
  }
  return request.response as JsonValue;
};

const runEach = async (
  middlewares: readonly Middleware[],
  stage: 'before' | 'after' | 'onError',
  request: MiddlewareRequest,
): Promise<unknown> => {
  for (const middleware of middlewares) {
    const value = await middleware[stage]?.(request);
    if (value !== undefined) return value;
  }
  return undefined;
};

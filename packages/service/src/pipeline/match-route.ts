import { ServiceError } from '../errors.ts';
import type { Step } from '../exchange.ts';
import type { createRouter } from '../router.ts';

/** Finds the route, so that everything outside knows the template. 404 without a path, 405 with `allow` for any undeclared method. */
export const matchRoute =
  ({ router }: { router: ReturnType<typeof createRouter> }): Step =>
  (context) => {
    const { exchange } = context.state;
    const match = router(context.method, context.path);
    if (match.outcome === 'found') {
      exchange.route = match.route;
      exchange.template = match.route.path;
      exchange.params = match.params;
      return undefined;
    }
    if (match.outcome === 'none')
      throw new ServiceError({ code: 'NOT_FOUND', message: 'There is nothing at this path' });
    exchange.template = match.template;
    const headers = { allow: match.allow };
    throw new ServiceError({ code: 'METHOD_NOT_ALLOWED', message: `This path answers ${match.allow}`, headers });
  };

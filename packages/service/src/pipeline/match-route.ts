import { ServiceError } from '../errors.ts';
import type { Step } from '../exchange.ts';
import type { Router } from '../router.ts';

const malformed = (): ServiceError => {
  const message = 'Is not valid percent-encoding';
  const details = [{ pointer: '', rule: 'percent_encoding', message, in: 'path' as const }];
  return new ServiceError({ code: 'VALIDATION_ERROR', message: 'The path is malformed', details });
};

/** Finds the route, so that everything outside knows the template. 404 without a path, 405 with `allow` for any undeclared method. */
export const matchRoute =
  ({ router }: { router: Router }): Step =>
  (context) => {
    const { exchange } = context.state;
    const match = router(context.method, context.path);
    if (match.outcome === 'found') {
      exchange.route = match.route;
      exchange.template = match.route.path;
      if (match.params === undefined) throw malformed();
      exchange.params = match.params;
      return undefined;
    }
    if (match.outcome === 'none')
      throw new ServiceError({ code: 'NOT_FOUND', message: 'There is nothing at this path' });
    exchange.template = match.template;
    const headers = { allow: match.allow };
    throw new ServiceError({ code: 'METHOD_NOT_ALLOWED', message: `This path answers ${match.allow}`, headers });
  };

import { methodLabel, type Observer, type ServiceLog } from '../exchange.ts';

/**
 * One line per request, with the final status and the route's template: never the path, the query, a body or an address. Good answers
 * of quiet routes (probes, worker traffic) are logged at `debug`, answers from 500 on at `error` by the error formatter as well.
 */
export const accessLog =
  ({ log }: { log: ServiceLog }): Observer =>
  (context, durationMs) => {
    const { template, route, claims, failure } = context.state.exchange;
    const { method, status } = context;
    const data: Record<string, unknown> = { method: methodLabel(method), path: template, status, durationMs };
    if (claims !== undefined) data.subject = claims.sub;
    if (failure !== undefined) data.type = failure.type;
    log[route?.quiet === true && status < 400 ? 'debug' : 'info']('request', data);
  };

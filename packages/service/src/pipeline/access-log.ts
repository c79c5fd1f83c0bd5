import type { Clock } from '@verifiedfan/ports';
import { type Middleware, methodLabel, type ServiceLog } from '../exchange.ts';

export type AccessLogOptions = { log: ServiceLog; clock: Clock };

/**
 * One line per request, with the final status and the route's template: never the path, the query, a body or an address. Good answers
 * of quiet routes (probes, worker traffic) are logged at `debug`, answers from 500 on at `error` by the error formatter as well.
 */
export const accessLog = ({ log, clock }: AccessLogOptions): Middleware =>
  async function writeAccessLog(context, next) {
    const startedAtMs = clock.now();
    await next();
    const { template, route, claims, failure } = context.state.exchange;
    const level = route?.quiet === true && context.status < 400 ? 'debug' : 'info';
    log[level]('request', {
      method: methodLabel(context.method),
      path: template,
      status: context.status,
      durationMs: clock.now() - startedAtMs,
      ...(claims === undefined ? {} : { subject: claims.sub }),
      ...(failure === undefined ? {} : { type: failure.type }),
    });
  };

import { isId } from '@verifiedfan/schema';
import { methodLabel, type Observer, type ServiceLog } from '../exchange.ts';
import type { RequestMetrics } from './prometheus.ts';

export type AuditSupremeOptions = { log: ServiceLog; metrics: Pick<RequestMetrics, 'countSupreme'> };

/** Only what has the grammar of ids: a path may hold anything, also an address. */
const idsOf = (params: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(params).map(([name, value]) => [name, isId(value) ? value : '*']));

/**
 * A supreme token may do everything, so each request with one leaves a line of its own, at `warn` so that no log level of a production drops
 * it, and is counted: who, which route, which ids, with what outcome. Routes without a token are not a use of it.
 */
export const auditSupreme =
  ({ log, metrics }: AuditSupremeOptions): Observer =>
  (context) => {
    const { claims, template, params } = context.state.exchange;
    if (claims?.supreme !== true) return;
    const labels = { method: methodLabel(context.method), path: template, status: String(context.status) };
    metrics.countSupreme(labels);
    log.warn('supreme', { ...labels, status: context.status, subject: claims.sub, ids: idsOf(params) });
  };

import { currentTraceparent, type Tracing } from '@verifiedfan/tracing';
import { methodLabel, type Serve } from '../exchange.ts';

/** As much of tracing as a service needs. */
export type ServiceTracing = Pick<Tracing, 'enabled' | 'span'>;

/** OpenTelemetry's number for a failed span. */
const STATUS_ERROR = 2;

/** One span per request, a child of the caller's, named after the route's template and carrying the correlation id. */
export const trace =
  ({ tracing }: { tracing: ServiceTracing }, serve: Serve): Serve =>
  (context) => {
    const method = methodLabel(context.method);
    return tracing.span({ name: method, kind: 'server', parent: context.headers.traceparent }, async (span) => {
      context.state.traceparent = currentTraceparent();
      await serve(context);
      const { template, correlation } = context.state.exchange;
      span.updateName(`${method} ${template}`);
      span.setAttributes({
        'http.request.method': method,
        'http.route': template,
        'http.response.status_code': context.status,
        'correlation.id': correlation,
      });
      if (context.status >= 500) span.setStatus({ code: STATUS_ERROR });
    });
  };

import { type Middleware, methodLabel } from '../exchange.ts';

export type ServiceSpan = {
  /** W3C `traceparent` of the span, for what happens inside to continue. */
  readonly traceparent?: string | undefined;
  setName(name: string): void;
  setAttributes(attributes: Readonly<Record<string, string | number | boolean>>): void;
};

/** As much of a tracer as the pipeline needs: one server span around each request, a child of the caller's span if there is one. */
export type ServiceTracer = {
  serverSpan<T>(
    name: string,
    parent: { traceparent?: string | undefined; tracestate?: string | undefined },
    run: (span: ServiceSpan) => Promise<T>,
  ): Promise<T>;
};

const only = (header: string | string[] | undefined): string | undefined =>
  typeof header === 'string' ? header : undefined;

/** One span per request, named after the route's template and carrying the correlation id. */
export const trace = ({ tracer }: { tracer: ServiceTracer }): Middleware =>
  function traceRequest(context, next) {
    const method = methodLabel(context.method);
    const { traceparent, tracestate } = context.headers;
    return tracer.serverSpan(method, { traceparent: only(traceparent), tracestate: only(tracestate) }, async (span) => {
      context.state.traceparent = span.traceparent;
      await next();
      const { template, correlation } = context.state.exchange;
      span.setName(`${method} ${template}`);
      span.setAttributes({
        'http.request.method': method,
        'http.route': template,
        'http.response.status_code': context.status,
        'correlation.id': correlation,
      });
    });
  };

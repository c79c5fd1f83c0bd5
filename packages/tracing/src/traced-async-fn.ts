import type { Attributes, Tracer } from '@opentelemetry/api';
import { globalTracer } from './global.ts';
import { withSpan } from './span.ts';
import type { SpanKindName } from './types.ts';

export type TracedAsyncFnOptions<Args extends unknown[], Result> = {
  /** @default the tracer of the process, at the time of each call */
  tracer?: Tracer | undefined;
  spanName: string;
  fn: (this: unknown, ...args: Args) => Result | Promise<Result>;
  kind?: SpanKindName | undefined;
  attributes?: Attributes | undefined;
};

/**
 * The same function with a span around each call, a child of the work under way. Answers and errors pass unchanged; an error thrown before the
 * first `await` rejects like any other. `this` is passed on.
 */
export const TracedAsyncFn = <Args extends unknown[], Result>({
  tracer,
  spanName,
  fn,
  kind,
  attributes,
}: TracedAsyncFnOptions<Args, Result>): ((...args: Args) => Promise<Result>) =>
  function traced(this: unknown, ...args: Args): Promise<Result> {
    const settings = { name: spanName, kind, attributes };
    return withSpan(tracer ?? globalTracer(), settings, async () => fn.apply(this, args));
  };

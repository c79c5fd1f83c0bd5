import { PortError } from '@verifiedfan/ports';
import { globalTracer, type TracedAsyncFnOptions, withSpan } from '@verifiedfan/tracing';
import { createUnderWay } from './under-way.ts';

/** OpenTelemetry's tracer. */
export type Tracer = NonNullable<TracedAsyncFnOptions<[], unknown>['tracer']>;

/** What one call cost the server, for bills that are printed elsewhere; drivers add what theirs counts. */
export type CallUse = { operation: string; requests: number };

/** What the options of every driver say about its calls. */
export type CallsOptions<Use extends CallUse> = {
  tracer?: Tracer | undefined;
  onUse?: ((use: Use) => void) | undefined;
};

export type CallsDefinition<Use extends CallUse> = {
  options: CallsOptions<Use>;
  /** The first word of every span. */
  system: string;
  /** What is closed, for the error of later calls, such as `the cache`. */
  what: string;
  toPortError: (error: unknown, about: { operation: string; resource: string }) => PortError;
};

export type Calls<Use extends CallUse> = {
  /** Runs one call in a span `<system>.<operation>`; what it throws comes out as a `PortError`. */
  run<Answer>(resource: string, use: Use, call: () => Promise<Answer>): Promise<Answer>;
  /** From now on calls are `closed`. Resolves when those under way have ended. */
  end(): Promise<void>;
};

/** Everything that is common to all calls of a driver: spans, meanings of errors, counting, and an orderly end. */
export const createCalls = <Use extends CallUse>({
  options: { tracer, onUse = () => {} },
  system,
  what,
  toPortError,
}: CallsDefinition<Use>): Calls<Use> => {
  const underWay = createUnderWay();
  let ended = false;

  return {
    async run(resource, use, call) {
      if (ended) throw new PortError({ code: 'closed', message: `${what} is closed`, resource });
      onUse(use);
      const { operation } = use;
      const span = { name: `${system}.${operation}`, kind: 'client' } as const;
      const running = withSpan(tracer ?? globalTracer(), span, async () => {
        try {
          return await call();
        } catch (error) {
          throw toPortError(error, { operation, resource });
        }
      });
      return underWay.track(running);
    },
    async end() {
      ended = true;
      await underWay.settled();
    },
  };
};

import { PortError } from '@verifiedfan/ports';
import { globalTracer, type TracedAsyncFnOptions, withSpan } from '@verifiedfan/tracing';
import { toPortError } from './errors.ts';

/** OpenTelemetry's tracer. */
export type Tracer = NonNullable<TracedAsyncFnOptions<[], unknown>['tracer']>;

/** What one call cost the server: for bills that are printed elsewhere. */
export type Use = {
  /** `publish`, `read` or `latest`. */
  operation: string;
  /** Messages of a publication, 1 otherwise. */
  requests: number;
  /** Bytes of keys, values and headers that were sent or received. */
  bytes: number;
};

export type CallsOptions = {
  tracer?: Tracer | undefined;
  onUse?: ((use: Use) => void) | undefined;
};

export type Calls = {
  /** Runs one call in a span `kafka.<operation>`; what it throws comes out as a `PortError`. */
  run<Answer>(
    about: { operation: string; resource: string; requests: number; bytes: number },
    call: () => Promise<Answer>,
  ): Promise<Answer>;
  /** From now on calls are `closed`. Resolves when those under way have ended. */
  end(): Promise<void>;
};

/** Everything that is common to all calls: spans, meanings of errors, counting, and an orderly end. */
export const createCalls = ({ tracer, onUse = () => {} }: CallsOptions): Calls => {
  const underWay = new Set<Promise<unknown>>();
  let ended = false;

  return {
    async run({ operation, resource, requests, bytes }, call) {
      if (ended) throw new PortError({ code: 'closed', message: 'the topic is closed', resource });
      onUse({ operation, requests, bytes });
      const running = withSpan(tracer ?? globalTracer(), { name: `kafka.${operation}`, kind: 'client' }, async () => {
        try {
          return await call();
        } catch (error) {
          throw toPortError(error, { operation, resource });
        }
      });
      underWay.add(running);
      try {
        return await running;
      } finally {
        underWay.delete(running);
      }
    },
    async end() {
      ended = true;
      await Promise.allSettled(underWay);
    },
  };
};

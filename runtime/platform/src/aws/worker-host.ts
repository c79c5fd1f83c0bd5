import type { Platform } from '@verifiedfan/ports';
import type { WorkerHost, WorkerLog } from '@verifiedfan/worker';
import { createTokens, type Tokens } from '../tokens.ts';
import type { openTracing } from '../tracing.ts';

export type WorkerHostOptions = {
  name: string;
  platform: Platform;
  log: WorkerLog;
  tracer: Awaited<ReturnType<typeof openTracing>>;
  endpoints: Readonly<Record<string, string>>;
};

/** A process was not told where a service is that its worker calls. */
export class MissingEndpointError extends Error {
  override readonly name = 'MissingEndpointError';
  readonly code = 'missing_endpoint';
  readonly retryable = false;
}

/** What a process of a stage offers to one worker: a function, or somebody who hands a record to it. The keys of tokens are fetched when a token is first made or checked: few workers do. */
export const createWorkerHost = ({ name, platform, log, tracer, endpoints }: WorkerHostOptions): WorkerHost => {
  const { secrets, clock } = platform;
  let made: Promise<Tokens> | undefined;
  const tokens = (): Promise<Tokens> => {
    made ??= createTokens({ secrets, clock, subject: name }).catch((error: unknown) => {
      made = undefined;
      throw error;
    });
    return made;
  };
  return {
    platform,
    log,
    tracer,
    endpoint(service) {
      const url = Object.hasOwn(endpoints, service) ? endpoints[service] : undefined;
      if (url === undefined) throw new MissingEndpointError(`ENDPOINTS names no ${service}, which ${name} calls`);
      return url;
    },
    workerToken(audience) {
      let token: (() => Promise<string>) | undefined;
      return async () => {
        token ??= (await tokens()).worker(audience);
        return token();
      };
    },
    verifyToken: async ({ token, audience }) => (await tokens()).checker(audience)(token),
    // One process sees nothing of the others: the worker has to wait until nothing changes.
    upstream: { drained: async () => 'unknown' },
  };
};

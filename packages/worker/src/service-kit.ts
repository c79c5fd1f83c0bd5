import type { Clock, Flags, Metrics, Platform, Random, Resources, Secrets } from '@verifiedfan/ports';
import { WorkerError } from './errors.ts';
import { parseTarget } from './loop-guard/index.ts';
import { narrowTable } from './narrow-table.ts';
import { type DeclaredTargets, grantsOf } from './rights.ts';
import type { WorkerTracer } from './tracing.ts';
import type { WorkerLog } from './worker-log.ts';

/** Tells whether everything in front of a worker is done, where the platform can know it. */
export type Upstream = {
  /**
   * Waits until nothing that could still reach `worker` is under way, at most `timeoutMs`. `unknown` means that this platform cannot
   * tell (AWS), so the caller needs another rule.
   */
  drained(options: { worker: string; timeoutMs: number }): Promise<'drained' | 'busy' | 'unknown'>;
};

/** What a process offers to its workers, beside the ports. */
export type WorkerHost = {
  platform: Platform;
  log: WorkerLog;
  /** Makes a span of every batch; without one nothing is traced. */
  tracer?: WorkerTracer | undefined;
  /** The base URL of another service or third party, such as `entryService` or `slack`. */
  endpoint(name: string): string;
  /** Short-lived tokens for one audience. */
  workerToken(audience: string): () => Promise<string>;
  /** Checks a caller's token for one audience; throws when it is not valid here and now. */
  verifyToken(options: { token: string; audience: string }): Promise<CallerClaims>;
  upstream: Upstream;
};

/** What a valid token says about its bearer. */
export type CallerClaims = { sub: string; permissions?: readonly string[] | undefined; supreme?: boolean | undefined };

/** What `services` of a worker may use: the ports, narrowed to what the worker declared. */
export type ServiceKit = Resources &
  Omit<WorkerHost, 'platform' | 'tracer'> & {
    clock: Clock;
    random: Random;
    metrics: Metrics;
    flags: Flags;
    secrets: Secrets;
    /** The worker's own name. */
    worker: string;
  };

type Declared = DeclaredTargets & {
  name: string;
  secrets: readonly string[];
  calls: readonly string[];
};

/** The secret with which a process makes and checks tokens. */
export const TOKEN_KEYS = 'tokenKeys';

/**
 * Hands out only what the definition names, tables narrowed to the rows and actions that it names, and throws `undeclared` for anything else: what is not declared has no rights on AWS, so it
 * must not work here either. The source itself is not among it: the platform reads it for the worker.
 */
export const createServiceKit = (host: WorkerHost, declared: Declared): ServiceKit => {
  const { name: worker, reads, writes, requeues, deletes, secrets, calls } = declared;
  const names = new Set([...reads, ...writes, ...requeues, ...deletes].map((target) => parseTarget(target).resource));
  const guard =
    <T>(open: (name: string) => T) =>
    (name: string): T => {
      if (names.has(name)) return open(name);
      throw new WorkerError('undeclared', `${worker} uses ${name} without declaring it in reads or writes`);
    };
  const { platform } = host;
  const allowSecret = (name: string): void => {
    if (!secrets.includes(name))
      throw new WorkerError('undeclared', `${worker} uses the secret ${name} without declaring it in secrets`);
  };
  return {
    worker,
    log: host.log,
    clock: platform.clock,
    random: platform.random,
    metrics: platform.metrics,
    flags: platform.flags,
    upstream: host.upstream,
    secrets: {
      async get(name) {
        allowSecret(name);
        return platform.secrets.get(name);
      },
    },
    workerToken(audience) {
      allowSecret(TOKEN_KEYS);
      return host.workerToken(audience);
    },
    async verifyToken(token) {
      allowSecret(TOKEN_KEYS);
      return host.verifyToken(token);
    },
    endpoint(name) {
      if (calls.includes(name)) return host.endpoint(name);
      throw new WorkerError('undeclared', `${worker} calls ${name} without declaring it in calls`);
    },
    table: guard((name) => narrowTable(platform.table(name), grantsOf(declared, name), worker)),
    stream: guard((name) => platform.stream(name)),
    queue: guard((name) => platform.queue(name)),
    bucket: guard((name) => platform.bucket(name)),
    cache: guard((name) => platform.cache(name)),
    topic: guard((name) => platform.topic(name)),
    database: guard((name) => platform.database(name)),
  };
};

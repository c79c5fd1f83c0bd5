import type { Catalogue, JsonValue, Platform } from '@verifiedfan/ports';
import {
  buildWorkerGraph,
  type PreparedWorker,
  parseTarget,
  prepareWorker,
  type Source,
  type Upstream,
  type Worker,
  type WorkerGraph,
  type WorkerHost,
} from '@verifiedfan/worker';
import { createActivity } from './activity.ts';
import { changeAdapter, streamAdapter } from './mappings/adapters.ts';
import { createBackOff } from './mappings/back-off.ts';
import { startBucketMapping } from './mappings/bucket-mapping.ts';
import type { Mapping, MappingEvents } from './mappings/mapping.ts';
import { startQueueMapping } from './mappings/queue-mapping.ts';
import { startScheduleMapping } from './mappings/schedule-mapping.ts';
import { startStreamMapping } from './mappings/stream-mapping.ts';

export type EngineOptions = {
  workers: Readonly<Record<string, Worker>>;
  catalogue: Catalogue;
  host: Omit<WorkerHost, 'upstream'>;
};

/** Somebody who follows what the workers do, for progress and reports. */
export type Observer = {
  /** One invocation ended with this answer. */
  invoked?(worker: string, answer: JsonValue): void;
  /** One invocation threw, or reported records to be retried. */
  failed?(worker: string, error: Error): void;
  /** Whole records were given up or rejected; parts of a record, such as lines of a file, are not told. */
  deadLettered?(worker: string, count: number): void;
};

/** The workers of an estate between their sources, in one process. */
export type Engine = {
  /** Starts all event source mappings. Throws for a loop that could excite itself, before anything runs. */
  start(): Promise<void>;
  /** Resolves when nothing is under way and nothing waits at any source, or when the signal aborts. */
  settled(signal?: AbortSignal): Promise<void>;
  /** Follows the workers until the returned function is called. */
  observe(observer: Observer): () => void;
  prepared(worker: string): PreparedWorker | undefined;
  /** Begins nothing more, waits up to `graceMs` for what is begun, then gives up on it: it is repeated at the next start. */
  stop(options?: { graceMs?: number }): Promise<void>;
};

export const createEngine = ({ workers, catalogue, host }: EngineOptions): Engine => {
  const { platform } = host;
  const stopping = new AbortController();
  const activity = createActivity(platform.clock);
  const mappings: Mapping[] = [];
  const observers = new Set<Observer>();

  const graph = graphOf(workers, catalogue);
  const upstream: Upstream = {
    async drained({ worker, timeoutMs }) {
      const names = inFrontOf(graph, workers, worker);
      const idle = () => allIdle(mappings.filter((mapping) => names.has(mapping.worker) && mapping.worker !== worker));
      return (await activity.until(idle, { timeoutMs, signal: stopping.signal })) ? 'drained' : 'busy';
    },
  };
  const prepared = new Map(
    Object.entries(workers).map(([name, worker]) => [
      name,
      observed(prepareWorker({ name, worker, host: { ...host, upstream } }), observers),
    ]),
  );

  const events: MappingEvents = {
    invoked(worker, answer) {
      for (const observer of observers) observer.invoked?.(worker, answer);
    },
    failed(worker, error) {
      platform.metrics.count('worker_failures', 1, { worker });
      for (const observer of observers) observer.failed?.(worker, error);
    },
    progressed: activity.changed,
  };

  return {
    async start() {
      const backOff = createBackOff({ clock: platform.clock, random: platform.random });
      for (const each of prepared.values()) {
        for (const source of each.worker.sources) {
          const mapping = startMapping({
            prepared: each,
            source,
            platform,
            catalogue,
            events,
            backOff,
            signal: stopping.signal,
          });
          if (mapping !== undefined) mappings.push(mapping);
        }
      }
    },
    async settled(signal = stopping.signal) {
      await activity.until(() => allIdle(mappings), { timeoutMs: Number.POSITIVE_INFINITY, signal });
    },
    observe(observer) {
      observers.add(observer);
      return () => void observers.delete(observer);
    },
    prepared: (worker) => prepared.get(worker),
    async stop({ graceMs = 10_000 } = {}) {
      stopping.abort();
      const finished = Promise.allSettled(mappings.map((mapping) => mapping.finished)).then(() => undefined);
      const timer = new AbortController();
      await Promise.race([finished, platform.clock.sleep(graceMs, timer.signal)]);
      timer.abort();
    },
  };
};

const graphOf = (workers: Readonly<Record<string, Worker>>, resources: Catalogue): WorkerGraph =>
  buildWorkerGraph({
    resources,
    workers: Object.entries(workers).flatMap(
      ([
        name,
        {
          sources: [source],
          reads,
          writes,
        },
      ]) =>
        source === undefined
          ? []
          : [
              {
                name,
                source: { kind: source.kind, resource: source.resource, filters: source.stream?.filters },
                reads,
                writes,
              },
            ],
    ),
  });

/** All workers that may still bring a worker something to do, or change what it reads. */
const inFrontOf = (
  graph: WorkerGraph,
  workers: Readonly<Record<string, Worker>>,
  name: string,
): ReadonlySet<string> => {
  const resources = (workers[name]?.reads ?? []).map((target) => parseTarget(target).resource);
  const writers = resources.flatMap((resource) => graph.resources[resource]?.writers ?? []);
  return new Set(
    [name, ...writers].flatMap((each) => [...graph.upstream(each).workers, each]).filter((each) => each !== name),
  );
};

/** Tells the observers of dead letters, once they are stored. */
const observed = (prepared: PreparedWorker, observers: ReadonlySet<Observer>): PreparedWorker => ({
  ...prepared,
  deadLetters: {
    ...prepared.deadLetters,
    async add(worker, rejections) {
      const added = await prepared.deadLetters.add(worker, rejections);
      const count = rejections.filter(({ part }) => part !== true).length;
      if (count > 0) for (const observer of observers) observer.deadLettered?.(worker, count);
      return added;
    },
  },
});

/** Twice: work may have moved from a mapping not yet asked to one that was, but not twice while nothing was busy. */
const allIdle = async (mappings: readonly Mapping[]): Promise<boolean> => {
  for (const _round of [1, 2]) for (const mapping of mappings) if (!(await mapping.idle())) return false;
  return true;
};

type StartOptions = {
  prepared: PreparedWorker;
  source: Source;
  platform: Platform;
  catalogue: Catalogue;
  events: MappingEvents;
  backOff: ReturnType<typeof createBackOff>;
  signal: AbortSignal;
};

/** One mapping per source; sources behind AppSync are called by the GraphQL gateway instead. */
const startMapping = ({ platform, catalogue, ...options }: StartOptions): Mapping | undefined => {
  const { source } = options;
  const { checkpoints } = platform;
  switch (source.kind) {
    case 'kinesis':
      return startStreamMapping({
        ...options,
        checkpoints,
        adapter: streamAdapter(platform.stream(source.resource), source),
      });
    case 'dynamodb':
      return startStreamMapping({
        ...options,
        checkpoints,
        adapter: changeAdapter(platform.table(source.resource).changes, source),
      });
    case 'sqs': {
      const definition = catalogue[source.resource];
      const maxReceiveCount = definition?.kind === 'queue' ? (definition.maxReceiveCount ?? 5) : 5;
      return startQueueMapping({ ...options, queue: platform.queue(source.resource), maxReceiveCount });
    }
    case 's3':
      return startBucketMapping({ ...options, notifications: platform.notifications(source.resource) });
    case 'schedule': {
      const definition = catalogue[source.resource];
      if (definition?.kind !== 'schedule') throw new TypeError(`the catalogue has no schedule ${source.resource}`);
      return startScheduleMapping({ ...options, expression: definition.expression });
    }
    case 'appsync-resolver':
    case 'appsync-authorizer':
      return undefined;
  }
};

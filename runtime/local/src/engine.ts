import type { Catalogue } from '@verifiedfan/ports';
import { type PreparedWorker, prepareWorker, type Upstream, type Worker, type WorkerHost } from '@verifiedfan/worker';
import { createActivity } from './activity.ts';
import { createBackOff } from './mappings/back-off.ts';
import type { Mapping, MappingEvents } from './mappings/mapping.ts';
import { createObservers, type Observer, observed } from './observers.ts';
import { isQuiet } from './quiet.ts';
import { startMapping } from './start-mapping.ts';
import { createEstateGraph } from './worker-graph.ts';

export type EngineOptions = {
  workers: Readonly<Record<string, Worker>>;
  catalogue: Catalogue;
  host: Omit<WorkerHost, 'upstream'>;
  /** For platforms that tell only approximately what waits: how often `settled` looks again, in milliseconds. @default never */
  lookAgainMs?: number | undefined;
  /** What brings work to the workers without being one, such as the relay of a service's events: `settled` waits for it too. */
  relays?: readonly RelayActivity[] | undefined;
};

export type RelayActivity = {
  busy(): boolean;
  /** Calls back whenever it begins or ends something. */
  onChange(listener: () => void): () => void;
};

/** The workers of an estate between their sources, in one process. */
export type Engine = {
  /** Starts all event source mappings, or none when one cannot be started; then, and after a stop, it takes another engine. */
  start(): Promise<void>;
  /**
   * Resolves when nothing is under way and nothing waits at any source, or when the signal aborts or the engine stops. What waits for a
   * worker that is switched off is not waited for.
   */
  settled(signal?: AbortSignal): Promise<void>;
  /** Follows the workers until the returned function is called. */
  observe(observer: Observer): () => void;
  prepared(worker: string): PreparedWorker | undefined;
  /** Begins nothing more, waits up to `graceMs` for what is begun, then gives up on it: it is repeated at the next start. */
  stop(options?: { graceMs?: number }): Promise<void>;
};

/** Throws `LoopError`, before anything runs, for workers that could wake each other for ever. */
export const createEngine = ({ workers, catalogue, host, lookAgainMs, relays = [] }: EngineOptions): Engine => {
  const { platform } = host;
  const graph = createEstateGraph(workers, catalogue);
  const stopping = new AbortController();
  const { signal } = stopping;
  const activity = createActivity({ clock: platform.clock, lookAgainMs });
  const observers = createObservers(host.log);
  const mappings: Mapping[] = [];
  let isStarted = false;
  let moves = 0;

  const events: MappingEvents = {
    began() {
      moves += 1;
    },
    progressed() {
      moves += 1;
      activity.changed();
    },
    invoked: observers.invoked,
    failed(worker, error) {
      platform.metrics.count('worker_failures', 1, { worker });
      observers.failed(worker, error);
    },
  };
  const isRelaying = (): boolean => relays.some((relay) => relay.busy());
  const isQuietIn = (chosen: () => readonly Mapping[]) => () => isQuiet(chosen, () => moves);

  const upstream: Upstream = {
    async drained({ worker, timeoutMs }) {
      const names = graph.inFrontOf(worker);
      const quiet = isQuietIn(() => mappings.filter((mapping) => names.has(mapping.worker)));
      return (await activity.until(quiet, { timeoutMs, signal })) ? 'drained' : 'busy';
    },
  };
  const prepared = new Map(
    Object.entries(workers).map(([name, worker]) => [
      name,
      observed(prepareWorker({ name, worker, host: { ...host, upstream } }), observers),
    ]),
  );

  const stop = async (graceMs: number): Promise<void> => {
    stopping.abort();
    const timer = new AbortController();
    const finished = Promise.all(mappings.map((mapping) => mapping.finished));
    await Promise.race([finished, platform.clock.sleep(graceMs, timer.signal)]);
    timer.abort();
  };

  return {
    async start() {
      if (isStarted || signal.aborted) throw new TypeError('an engine is started once; make another one');
      isStarted = true;
      const backOff = createBackOff(platform);
      try {
        for (const each of prepared.values()) {
          for (const source of each.worker.sources) {
            const mapping = startMapping({ prepared: each, source, platform, catalogue, events, backOff, signal });
            if (mapping !== undefined) mappings.push(mapping);
          }
        }
      } catch (error) {
        await stop(Number.POSITIVE_INFINITY);
        throw error;
      }
    },
    async settled(asked = signal) {
      const either = asked === signal ? signal : AbortSignal.any([asked, signal]);
      const isQuietOutside = isQuietIn(() => mappings.filter((mapping) => !mapping.paused()));
      // Asked last as well: what a relay sent has arrived at a mapping before the relay is done.
      const quiet = async () => !isRelaying() && (await isQuietOutside()) && !isRelaying();
      // Who is switched off is no longer waited for, and nothing else may happen by which that would be noticed.
      const stopListening = [
        platform.flags.onChange(() => activity.changed()),
        ...relays.map((relay) => relay.onChange(events.progressed)),
      ];
      try {
        await activity.until(quiet, { timeoutMs: Number.POSITIVE_INFINITY, signal: either });
      } finally {
        for (const stop of stopListening) stop();
      }
    },
    observe: observers.add,
    prepared: (worker) => prepared.get(worker),
    stop: ({ graceMs = 10_000 } = {}) => stop(graceMs),
  };
};

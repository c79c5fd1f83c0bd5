import { invoke, type PreparedWorker, parseSchedule, type Source, scheduleEvent, toError } from '@verifiedfan/worker';
import type { BackOff } from './back-off.ts';
import { createGate } from './gate.ts';
import { keepTrying } from './keep-running.ts';
import type { Mapping, MappingEvents } from './mapping.ts';

export type ScheduleMappingOptions = {
  prepared: PreparedWorker;
  source: Source;
  /** `rate(…)` or `cron(…)`, in UTC. */
  expression: string;
  events: MappingEvents;
  backOff: BackOff;
  signal: AbortSignal;
};

/**
 * Runs a worker at the times of a schedule. A tick that fell into a pause of the process is not made up for, and a failed run is not
 * repeated: the next one comes anyway. Throws `ScheduleError` for an expression that is none.
 */
export const startScheduleMapping = (options: ScheduleMappingOptions): Mapping => {
  const { prepared, source, expression, events, signal } = options;
  const { clock, random } = prepared.host.platform;
  const schedule = parseSchedule(expression);
  const gate = createGate(prepared, events);
  let busy = false;
  let lastMs = Number.NEGATIVE_INFINITY;
  let isOver = false;
  const step = async (): Promise<void> => {
    // A timer may wake a moment early; the same tick must not come twice for it.
    const nextMs = schedule.next(Math.max(clock.now(), lastMs));
    isOver = nextMs === undefined;
    if (nextMs === undefined) return;
    await clock.sleep(nextMs - clock.now(), signal);
    lastMs = nextMs;
    if (signal.aborted || gate.paused()) return;
    busy = true;
    events.began();
    try {
      const event = scheduleEvent({ name: source.resource, atMs: nextMs, id: random.uuid() });
      events.invoked(prepared.name, await invoke(prepared, event, { signal }));
    } catch (thrown) {
      if (!signal.aborted) events.failed(prepared.name, toError(thrown));
    } finally {
      busy = false;
      events.progressed();
    }
  };
  const run = async (): Promise<void> => {
    while (!signal.aborted && !isOver) await keepTrying(options, step);
  };
  return {
    worker: prepared.name,
    resource: source.resource,
    finished: run(),
    paused: gate.paused,
    busy: () => busy,
    waiting: async () => false,
  };
};

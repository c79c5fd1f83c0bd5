import type { Checkpoints } from '@verifiedfan/ports';
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
  /** Keep the last tick that was begun, so that a restart, or a clock that is set back, does not repeat it. */
  checkpoints: Checkpoints;
  events: MappingEvents;
  backOff: BackOff;
  signal: AbortSignal;
};

/** Ticks are on whole minutes: a last one further ahead than this was claimed while the clock was wrong. */
const WRONG_CLOCK_MS = 60_000;

/**
 * Runs a worker at the times of a schedule, at most once a tick: each is claimed before it is begun. A tick that fell into a pause of the process is not made up for, and a failed run is not
 * repeated: the next one comes anyway. Throws `ScheduleError` for an expression that is none.
 */
export const startScheduleMapping = (options: ScheduleMappingOptions): Mapping => {
  const { prepared, source, expression, checkpoints, events, signal } = options;
  const { clock, random } = prepared.host.platform;
  const schedule = parseSchedule(expression);
  const gate = createGate(prepared);
  let busy = false;
  const key = `schedule/${source.resource}/${prepared.name}`;
  let lastMs: number | undefined;
  let isOver = false;
  const step = async (): Promise<void> => {
    lastMs ??= Number((await checkpoints.get(key)) ?? 0);
    const nowMs = clock.now();
    // A timer may wake a moment early; the same tick must not come twice for it.
    const nextMs = schedule.next(lastMs > nowMs + WRONG_CLOCK_MS ? nowMs : Math.max(nowMs, lastMs));
    isOver = nextMs === undefined;
    if (nextMs === undefined) return;
    await clock.sleep(nextMs - nowMs, signal);
    lastMs = nextMs;
    if (signal.aborted || gate.paused()) return;
    busy = true;
    events.began();
    try {
      await keepTrying(options, () => checkpoints.set(key, String(nextMs)));
      if (signal.aborted) return;
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

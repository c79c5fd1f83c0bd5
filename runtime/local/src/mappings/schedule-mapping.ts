import { invoke, type PreparedWorker, parseSchedule, type Source, scheduleEvent, toError } from '@verifiedfan/worker';
import type { Mapping, MappingEvents } from './mapping.ts';

export type ScheduleMappingOptions = {
  prepared: PreparedWorker;
  source: Source;
  /** `rate(…)` or `cron(…)`, in UTC. */
  expression: string;
  events: MappingEvents;
  signal: AbortSignal;
};

/** Runs a worker at the times of a schedule. A tick that fell into a pause of the process is not made up for, as with EventBridge. */
export const startScheduleMapping = ({
  prepared,
  source,
  expression,
  events,
  signal,
}: ScheduleMappingOptions): Mapping => {
  const { clock, random } = prepared.host.platform;
  const schedule = parseSchedule(expression);
  let busy = false;
  const run = async (): Promise<void> => {
    while (!signal.aborted) {
      const next = schedule.next(clock.now());
      if (next === undefined) return;
      await clock.sleep(next - clock.now(), signal);
      if (signal.aborted) return;
      busy = true;
      try {
        events.invoked(
          prepared.name,
          await invoke(prepared, scheduleEvent({ name: source.resource, atMs: next, id: random.uuid() }), { signal }),
        );
      } catch (thrown) {
        events.failed(prepared.name, toError(thrown));
      }
      busy = false;
      events.progressed();
    }
  };
  return { worker: prepared.name, resource: source.resource, finished: run(), idle: async () => !busy };
};

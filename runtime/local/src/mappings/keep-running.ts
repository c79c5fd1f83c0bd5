import { type PreparedWorker, toError } from '@verifiedfan/worker';
import type { BackOff } from './back-off.ts';
import type { MappingEvents } from './mapping.ts';

export type KeepRunningOptions = {
  prepared: PreparedWorker;
  events: Pick<MappingEvents, 'failed'>;
  backOff: BackOff;
  signal: AbortSignal;
};

/**
 * Runs `task` until it succeeds once or the signal aborts. A task that throws, because a store is full or locked for one, is repeated after
 * a back-off for as long as it takes: a mapping that ended would leave its records lying without anybody noticing. Never rejects.
 */
export const keepTrying = async (
  { prepared, events, backOff, signal }: KeepRunningOptions,
  task: () => Promise<void>,
): Promise<void> => {
  for (let failures = 1; !signal.aborted; failures += 1) {
    try {
      await task();
      return;
    } catch (thrown) {
      // What a stop interrupts is no failure.
      if (signal.aborted) return;
      const error = toError(thrown);
      prepared.host.log.error('the event source mapping failed and tries again', { worker: prepared.name, error });
      events.failed(prepared.name, error);
      await backOff(failures, signal);
    }
  }
};

/** Repeats `step` until it answers `'done'` or the signal aborts; a step that throws is repeated as by `keepTrying`. */
export const keepRunning = async (options: KeepRunningOptions, step: () => Promise<unknown>): Promise<void> => {
  let answer: unknown;
  const run = async (): Promise<void> => {
    answer = await step();
  };
  while (answer !== 'done' && !options.signal.aborted) await keepTrying(options, run);
};

import { createDeadLetters, type DeadLetters } from './dead-letters.ts';
import type { Worker } from './definition.ts';
import { WorkerError } from './errors.ts';
import { createServiceKit, type WorkerHost } from './service-kit.ts';

/** The table in which every worker's dead letters are kept. */
export const DEAD_LETTER_TABLE = 'deadLetterTable';

export type HandlerOptions = {
  /** The worker's name in the registry. */
  name: string;
  worker: Worker;
  host: WorkerHost;
};

/** A worker with its services made once and its dead letters at hand; both runtimes stand on this. */
export type PreparedWorker = HandlerOptions & {
  deadLetters: DeadLetters;
  /** Made with the first batch and kept; a failure is not kept, so the next batch tries again. */
  services(): Promise<unknown>;
  /** Whether the worker's flag is on; a worker without a flag always is. */
  isOn(): boolean;
};

export const prepareWorker = ({ name, worker, host }: HandlerOptions): PreparedWorker => {
  let services: Promise<unknown> | undefined;
  let deadLetters: DeadLetters | undefined;
  const make = async (): Promise<unknown> => worker.services(createServiceKit(host, { name, ...worker }));
  return {
    name,
    worker,
    host,
    // Who answers requests has none, and so perhaps no table for them.
    get deadLetters() {
      deadLetters ??= createDeadLetters({ table: host.platform.table(DEAD_LETTER_TABLE), clock: host.platform.clock });
      return deadLetters;
    },
    services() {
      services ??= make().catch((error: unknown) => {
        services = undefined;
        throw error;
      });
      return services;
    },
    isOn: () => worker.flag === undefined || host.platform.flags.isEnabled(worker.flag, true),
  };
};

/** Throws `switched_off`: a worker whose flag is off takes no event, because to take it and do nothing would lose it. */
export const assertOn = ({ name, isOn }: PreparedWorker): void => {
  if (!isOn()) throw new WorkerError('switched_off', `${name} is switched off by its flag; its records wait`);
};

import type { WorkerLog } from '@verifiedfan/worker';

/** The part of a log that an estate uses; `@verifiedfan/log` fits. */
export type EstateLog = WorkerLog & {
  /** The same log for one part of the estate. */
  at(path: string): EstateLog;
};

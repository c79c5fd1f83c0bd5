import type { Worker } from './definition.ts';
import { WorkerError } from './errors.ts';

/** Finds the worker that `APP_NAME` picks. A registry instead of a path, so a name can load nothing else. Fails at start. */
export const resolveWorker = (workers: Readonly<Record<string, Worker>>, name: string | undefined): Worker => {
  if (name !== undefined && Object.hasOwn(workers, name)) {
    const worker = workers[name];
    if (worker !== undefined) return worker;
  }
  const known = Object.keys(workers).sort().join(', ');
  throw new WorkerError(
    'unknown_worker',
    `There is no worker ${JSON.stringify(name ?? '').slice(0, 80)}; the workers are ${known}`,
  );
};

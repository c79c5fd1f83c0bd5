import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type WorkerName, workers } from '@verifiedfan/workers';

/** Where a worker is defined, so that its bundle can be made without the list, which knows all of them. */
export type WorkerModule = { name: WorkerName; file: string };

const INDEX = fileURLToPath(import.meta.resolve('@verifiedfan/workers'));
const IMPORT = /^import \{ (\w+) \} from '(\.[^']+)';$/gm;

/**
 * The modules of all workers, from the imports of the one list. Throws when a worker of the list is imported in another way, or is not what its
 * module exports under its name.
 */
export const readWorkerModules = async (): Promise<WorkerModule[]> => {
  const files = new Map(
    [...readFileSync(INDEX, 'utf8').matchAll(IMPORT)].map(([, name = '', path = '']) => [
      name,
      join(dirname(INDEX), path),
    ]),
  );
  return Promise.all(
    (Object.keys(workers) as WorkerName[]).map(async (name) => {
      const file = files.get(name);
      const exported = file === undefined ? {} : ((await import(file)) as Record<string, unknown>);
      if (file === undefined || exported[name] !== workers[name])
        throw new TypeError(`workers/index.ts must import ${name} by this name from its own module`);
      return { name, file };
    }),
  );
};

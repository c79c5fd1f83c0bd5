import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { resolveWorker } from '@verifiedfan/worker';
import { workers } from '@verifiedfan/workers';
import type { CommandRun } from '../context.ts';
import { BAD_OUTCOME, DONE, printJson, UsageError } from '../io.ts';

/** Hands one AWS event to one worker and prints its answer, or what it threw, as Lambda would. */
export const invokeWorker: CommandRun<{ worker: string; event: string }> = async (
  { io, estate },
  { worker, event },
) => {
  if (!Object.hasOwn(workers, worker)) throw new UsageError(nameWorkers(worker));
  const parsed = await readEvent(resolve(io.directory, event));
  const handler = await (await estate()).handler(worker);
  try {
    printJson(io, (await handler(parsed)) ?? null);
    return DONE;
  } catch (error) {
    const { name: errorType, message: errorMessage } = error instanceof Error ? error : new Error(String(error));
    printJson(io, { errorType, errorMessage });
    return BAD_OUTCOME;
  }
};

const nameWorkers = (worker: string): string => {
  try {
    resolveWorker(workers, worker);
    return '';
  } catch (error) {
    return (error as Error).message;
  }
};

const readEvent = async (path: string): Promise<unknown> => {
  const text = await readFile(path, 'utf8').catch(() => undefined);
  if (text === undefined) throw new UsageError(`there is no file ${path}`);
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new UsageError(`${path} is not JSON`);
  }
};

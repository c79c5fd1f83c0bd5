import { resolve } from 'node:path';
import { resolveWorker, toError } from '@verifiedfan/worker';
import { workers } from '@verifiedfan/workers';
import { BAD_OUTCOME, DONE, printJson, UsageError } from '../output/io.ts';
import type { CommandRun } from '../run/context.ts';
import { readJsonFile } from './files.ts';

/** Hands one AWS event to one worker and prints its answer, or what it threw, as Lambda would. */
export const invokeWorker: CommandRun<{ worker: string; event: string }> = async (
  { io, estate },
  { worker, event },
) => {
  checkWorker(worker);
  const document = await readJsonFile(resolve(io.directory, event));
  const handler = await (await estate()).handler(worker);
  try {
    printJson(io, (await handler(document)) ?? null);
    return DONE;
  } catch (thrown) {
    const { name: errorType, message: errorMessage } = toError(thrown);
    printJson(io, { errorType, errorMessage });
    return BAD_OUTCOME;
  }
};

/** The error of an unknown name lists the known ones. */
const checkWorker = (worker: string): void => {
  try {
    resolveWorker(workers, worker);
  } catch (cause) {
    throw new UsageError(toError(cause).message, { cause });
  }
};

import { type Recovered, recoverMessages } from '@verifiedfan/local';
import { resolveWorker, toError } from '@verifiedfan/worker';
import { workers } from '@verifiedfan/workers';
import { BAD_OUTCOME, DONE, printJson, throwIfInterrupted, UsageError } from '../output/io.ts';
import type { CommandRun } from '../run/context.ts';

/** Works off what Lambda gave up of a worker while its records are kept; what fails again is a dead letter. */
export const recoverGivenUp: CommandRun<{ worker: string }> = async ({ io, json, stage }, { worker }) => {
  if (stage === undefined)
    throw new UsageError('only Lambda gives up so: --platform aws, and the stage in RESOURCE_PREFIX');
  try {
    resolveWorker(workers, worker);
  } catch (cause) {
    throw new UsageError(toError(cause).message, { cause });
  }
  const prepared = await stage.prepared(worker);
  if (prepared === undefined) throw new TypeError(`there is no worker ${worker}`);
  const all: Recovered[] = [];
  for await (const each of recoverMessages({ prepared, ...(await stage.givenUp(prepared)), signal: io.signal })) {
    all.push(each);
    if (!json) io.out(lineOf(each));
  }
  if (json) printJson(io, all);
  else if (all.length === 0) io.out(`nothing was given up of ${worker}\n`);
  throwIfInterrupted(io);
  return all.every(({ outcome, deadLettered }) => outcome === 'done' && deadLettered === 0) ? DONE : BAD_OUTCOME;
};

const lineOf = ({ messageId, outcome, records, deadLettered, reason }: Recovered): string => {
  const counts = `${records} ${records === 1 ? 'record' : 'records'}, ${deadLettered} dead-lettered`;
  return `${messageId}  ${outcome}  ${reason ?? counts}\n`;
};

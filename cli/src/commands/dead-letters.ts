import type { Estate } from '@verifiedfan/local';
import { createDeadLetters, DEAD_LETTER_TABLE, type DeadLetter, redrive as redriveLetter } from '@verifiedfan/worker';
import type { CommandContext, CommandRun } from '../context.ts';
import { BAD_OUTCOME, DONE, printJson, UsageError } from '../io.ts';
import { formatTable } from '../report/table.ts';

const openDeadLetters = ({ platform }: Estate) =>
  createDeadLetters({ table: platform.table(DEAD_LETTER_TABLE), clock: platform.clock });

/** Lists rejected records: worker, position, reason; no values of the records. */
export const listDeadLetters: CommandRun<object> = async ({ io, json, estate }) => {
  const all: DeadLetter[] = [];
  for await (const letter of openDeadLetters(await estate()).list()) all.push(letter);
  all.sort((a, b) => a.at.localeCompare(b.at) || a.position.localeCompare(b.position, 'en', { numeric: true }));
  if (json) printJson(io, all);
  else if (all.length === 0) io.out('there are no dead letters\n');
  else
    io.out(
      formatTable(
        ['id', 'worker', 'reason', 'at'],
        all.map(({ id, worker, reason, at }) => [id, worker, reason, at]),
      ),
    );
  return DONE;
};

/** Shows one dead letter with its payload, which may hold personal data. */
export const showDeadLetter: CommandRun<{ id: string }> = async ({ io, estate }, { id }) => {
  const letter = await openDeadLetters(await estate()).get(id);
  if (letter === undefined) throw new UsageError(`there is no dead letter ${id}`);
  printJson(io, letter);
  return DONE;
};

/** Hands dead letters to their workers again, after a fix; those that succeed are removed. */
export const redriveDeadLetters: CommandRun<{ ids: string[] }> = async (context, { ids }) => {
  const results: { id: string; outcome: 'done' | 'failed'; reason?: string }[] = [];
  for (const id of ids) results.push(await redrive(context, id));
  const estate = await context.estate();
  await (await estate.engine()).settled(context.io.signal);
  if (context.json) printJson(context.io, results);
  else
    for (const { id, outcome, reason } of results)
      context.io.out(`${id}  ${outcome}${reason === undefined ? '' : `  ${reason}`}\n`);
  return results.every(({ outcome }) => outcome === 'done') ? DONE : BAD_OUTCOME;
};

const redrive = async ({ estate: open }: CommandContext, id: string) => {
  const estate = await open();
  const letters = openDeadLetters(estate);
  const letter = await letters.get(id);
  if (letter === undefined) throw new UsageError(`there is no dead letter ${id}`);
  const prepared = (await estate.engine()).prepared(letter.worker);
  if (prepared === undefined) return { id, outcome: 'failed' as const, reason: `there is no worker ${letter.worker}` };
  try {
    await redriveLetter(prepared, letter);
    await letters.remove(id);
    return { id, outcome: 'done' as const };
  } catch (error) {
    return { id, outcome: 'failed' as const, reason: error instanceof Error ? error.message : 'unknown' };
  }
};

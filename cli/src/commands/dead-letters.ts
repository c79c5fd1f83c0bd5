import type { Platform } from '@verifiedfan/ports';
import { createDeadLetters, DEAD_LETTER_TABLE, type DeadLetter, type DeadLetters } from '@verifiedfan/worker';
import { DONE, printJson, throwIfInterrupted, UsageError } from '../output/io.ts';
import { formatTable } from '../output/table.ts';
import type { CommandRun } from '../run/context.ts';

export const openDeadLetters = (platform: Platform): DeadLetters =>
  createDeadLetters({ table: platform.table(DEAD_LETTER_TABLE), clock: platform.clock });

export const unknownDeadLetter = (id: string): UsageError =>
  new UsageError(`there is no dead letter ${id}; "verifiedfan dead-letters" lists them`);

/** Lists rejected records, oldest first: worker, position, reason; no values of the records. */
export const listDeadLetters: CommandRun<object> = async ({ io, json, platform }) => {
  const all: DeadLetter[] = [];
  for await (const letter of openDeadLetters(platform()).list()) {
    throwIfInterrupted(io);
    all.push(letter);
  }
  const numeric = new Intl.Collator('en', { numeric: true });
  all.sort((a, b) => numeric.compare(a.at, b.at) || numeric.compare(a.position, b.position));
  if (json) printJson(io, all);
  else if (all.length === 0) io.out('there are no dead letters\n');
  else
    io.out(
      formatTable(
        ['id', 'worker', 'position', 'reason', 'at'],
        all.map(({ id, worker, position, reason, at }) => [id, worker, position, reason, at]),
      ),
    );
  return DONE;
};

/** Shows one dead letter with its payload, which may hold personal data. */
export const showDeadLetter: CommandRun<{ id: string }> = async ({ io, platform }, { id }) => {
  const letter = await openDeadLetters(platform()).get(id);
  if (letter === undefined) throw unknownDeadLetter(id);
  printJson(io, letter);
  return DONE;
};

import { type DeadLetterWithPayload, type PreparedWorker, redrive, toError } from '@verifiedfan/worker';
import { BAD_OUTCOME, DONE, printJson } from '../output/io.ts';
import { checkStores } from '../run/check-stores.ts';
import type { CommandContext, CommandRun, Stage } from '../run/context.ts';
import { openDeadLetters, unknownDeadLetter } from './dead-letters.ts';
import { settled } from './load.ts';

type Redriven = { id: string; outcome: 'done' | 'failed'; reason?: string };

/** Hands dead letters to their workers again, after a fix; those that succeed are removed, and what follows from them is worked off. */
export const redriveDeadLetters: CommandRun<{ ids: string[] }> = (context, { ids }) =>
  context.inTurn(async () => {
    const results = await redriveAll(context, [...new Set(ids)]);
    if (context.json) printJson(context.io, results);
    else
      for (const { id, outcome, reason } of results)
        context.io.out(`${id}  ${outcome}${reason === undefined ? '' : `  ${reason}`}\n`);
    return results.every(({ outcome }) => outcome === 'done') ? DONE : BAD_OUTCOME;
  });

const redriveAll = async (context: CommandContext, ids: readonly string[]): Promise<Redriven[]> => {
  const letters = openDeadLetters(context.platform());
  // All ids first: a misspelt one changes nothing.
  const found: DeadLetterWithPayload[] = [];
  for (const id of ids) {
    const letter = await letters.get(id);
    if (letter === undefined) throw unknownDeadLetter(id);
    found.push(letter);
  }
  const { prepared, finish } = context.stage === undefined ? await handsOf(context) : onStage(context.stage);
  const results: Redriven[] = [];
  for (const letter of found) {
    const result = await redriveOne(await prepared(letter.worker), letter);
    if (result.outcome === 'done') await letters.remove(letter.id);
    results.push(result);
  }
  await finish();
  return results;
};

/** Who takes the letters, and what is to be done behind them. */
type Hands = Pick<Stage, 'prepared'> & { finish(): Promise<void> };

const handsOf = async ({ estate: open, io }: CommandContext): Promise<Hands> => {
  const estate = await open();
  await checkStores(estate);
  const engine = await estate.engine();
  return { prepared: async (worker) => engine.prepared(worker), finish: () => settled(engine, io) };
};

/** What follows from a letter is for the functions of the stage. */
const onStage = ({ prepared }: Pick<Stage, 'prepared'>): Hands => ({ prepared, finish: async () => {} });

const redriveOne = async (prepared: PreparedWorker | undefined, letter: DeadLetterWithPayload): Promise<Redriven> => {
  const { id, worker } = letter;
  if (prepared === undefined) return { id, outcome: 'failed', reason: `there is no worker ${worker}` };
  try {
    await redrive(prepared, letter);
    return { id, outcome: 'done' };
  } catch (error) {
    return { id, outcome: 'failed', reason: toError(error).message };
  }
};

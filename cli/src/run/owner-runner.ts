import { BAD_OUTCOME, type CommandIo } from '../output/io.ts';
import type { CommandContext, Runner } from './context.ts';
import type { Opened } from './open.ts';

export type InTurn = CommandContext['inTurn'];

/** Runs pieces of work one after the other, in the order of asking. One that fails does not hold up the next. */
export const createTurns = (): InTurn => {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const result = last.then(work);
    last = result.catch(() => {});
    return result;
  };
};

/** Runs command lines that other processes hand to the owner of a data directory, on what it has opened. */
export const createOwnerRunner = ({
  opened,
  directory,
  inTurn,
  io,
}: {
  opened: Opened;
  directory: string;
  inTurn: InTurn;
  io: CommandIo;
}): Runner => ({
  run: ({ json, bill = false }, run) =>
    run({
      io,
      json,
      bill,
      directory,
      workersRun: true,
      inTurn,
      platform: () => opened.platform,
      estate: opened.estate,
    }),
  // Callers do not hand `start` over: one that comes all the same is told what it would have found out.
  async start() {
    io.error(`error: ${directory} is in use by process ${process.pid} (start)\n`);
    return BAD_OUTCOME;
  },
});

import { runCommandLine } from '../command-line/program.ts';
import { codeOf, explain } from '../output/explain.ts';
import { BAD_OUTCOME, type CommandIo, WRONG_USAGE } from '../output/io.ts';
import type { Runner } from './context.ts';

const WRONG_ENVIRONMENT: ReadonlySet<unknown> = new Set(['configuration', 'invalid_setting']);

/** Runs a command line; says on standard error what went wrong, if something did. Resolves with the exit code and never rejects. */
export const runExplained = async (argv: readonly string[], io: CommandIo, runner: Runner): Promise<number> => {
  try {
    return await runCommandLine(argv, io, runner);
  } catch (error) {
    io.error(`error: ${explain(error)}\n`);
    // The environment is as much a part of the call as its arguments.
    return WRONG_ENVIRONMENT.has(codeOf(error)) ? WRONG_USAGE : BAD_OUTCOME;
  }
};

import type { CommandIo } from './output/io.ts';
import { runExplained } from './run/run-explained.ts';
import { createRunner } from './run/runner.ts';

/** Runs one command line in this process; resolves with the exit code and never rejects. */
export const main = (argv: readonly string[], io: CommandIo): Promise<number> =>
  runExplained(argv, io, createRunner(argv, io));

import { Command, CommanderError } from 'commander';
import { type CommandIo, DONE, UsageError, WRONG_USAGE } from '../output/io.ts';
import type { Runner } from '../run/context.ts';
import { createActions, type Launcher } from './action.ts';
import { filled } from './arguments.ts';
import { defineEstateCommands } from './estate-commands.ts';
import { defineLoadCommands } from './load-commands.ts';
import { defineQueryCommands } from './query-commands.ts';
import { defineStart } from './start-command.ts';

/** Parses one command line and runs it; resolves with the exit code. Help and errors go where the command's output goes. */
export const runCommandLine = async (argv: readonly string[], io: CommandIo, runner: Runner): Promise<number> => {
  let code = DONE;
  const finish = (result: number): void => {
    code = result;
  };
  const program = createProgram({ runner, finish });
  for (const command of withDescendants(program)) configure(command, io);
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return code;
  } catch (error) {
    // Commander has printed what is wrong; help and version are errors to it, with exit code 0.
    if (error instanceof CommanderError) return error.exitCode === 0 ? DONE : WRONG_USAGE;
    if (!(error instanceof UsageError)) throw error;
    io.error(`error: ${error.message}\n`);
    return WRONG_USAGE;
  }
};

const createProgram = (launcher: Launcher): Command => {
  const program = new Command('verifiedfan')
    .description('Ticket on-sales that are fair: load, count, report and look up the scores of registered fans.')
    .addHelpText('after', '\nExit code 0: done; 1: the outcome is bad; 2: wrong usage. LOG_LEVEL: trace to fatal.');
  const action = createActions(launcher);
  defineStart(program, launcher);
  defineLoadCommands(program, action);
  defineQueryCommands(program, action);
  defineEstateCommands(program, action);
  return program;
};

const withDescendants = (command: Command): Command[] => [command, ...command.commands.flatMap(withDescendants)];

const configure = (command: Command, io: CommandIo): void => {
  command
    .exitOverride()
    .configureOutput({ writeOut: (text) => io.out(text), writeErr: (text) => io.error(text) })
    .helpOption('-h, --help', 'show what the command does')
    .helpCommand(false)
    .showHelpAfterError('(--help shows what is right)');
  if (command.commands.length > 0) return;
  command
    .option('--data <dir>', 'data directory', filled, './.verifiedfan')
    .option('--json', 'print exactly one JSON document', false);
};

import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { importCampaigns } from './commands/campaign-import.ts';
import { counts, recount, rows } from './commands/counts.ts';
import { listDeadLetters, redriveDeadLetters, showDeadLetter } from './commands/dead-letters.ts';
import { generateScores } from './commands/generate.ts';
import { invokeWorker } from './commands/invoke.ts';
import { listResources, listWorkers } from './commands/lists.ts';
import { load, resume } from './commands/load.ts';
import { onsale } from './commands/onsale.ts';
import { start } from './commands/start.ts';
import { tail } from './commands/tail.ts';
import { token } from './commands/token.ts';
import type { CommandContext, CommandRun } from './context.ts';
import { type CommandIo, UsageError, WRONG_USAGE } from './io.ts';

/** What a command line asks for besides its command. */
export type GlobalOptions = { data: string; json: boolean };
export type StartFlags = { port: number; host: string; sample: boolean; exit: boolean };

/** Who runs the commands that a command line names: this process, or the owner of the data directory. */
export type Runner = {
  /** Commands on an estate. */
  run(options: GlobalOptions, command: (context: CommandContext) => Promise<number>): Promise<number>;
  /** Commands that need no estate. */
  runAlone(options: GlobalOptions, command: (context: CommandContext) => Promise<number>): Promise<number>;
  start(options: GlobalOptions & StartFlags, command: typeof start): Promise<number>;
  doctor(options: GlobalOptions): Promise<number>;
};

/** Parses one command line and runs it; resolves with the exit code. Help and errors go where the command's output goes. */
export const runCommandLine = async (argv: readonly string[], io: CommandIo, runner: Runner): Promise<number> => {
  let code = 0;
  const program = createProgram(runner, (result) => {
    code = result;
  });
  configure(program, io);
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : WRONG_USAGE;
    if (error instanceof UsageError) {
      io.error(`error: ${error.message}\n`);
      return WRONG_USAGE;
    }
    throw error;
  }
};

const configure = (program: Command, io: CommandIo): void => {
  for (const command of [program, ...program.commands, ...program.commands.flatMap((each) => each.commands)]) {
    command.exitOverride().configureOutput({ writeOut: (text) => io.out(text), writeErr: (text) => io.error(text) });
    command
      .helpOption('--help', 'show what the command does')
      .helpCommand(false)
      .showHelpAfterError('(--help shows the options)');
    if (command.commands.length === 0) {
      command
        .option('--data <dir>', 'data directory', './.verifiedfan')
        .option('--json', 'print exactly one JSON document', false);
    }
  }
};

const createProgram = (runner: Runner, finish: (code: number) => void): Command => {
  const program = new Command('verifiedfan').description(
    'Ticket on-sales that are fair: load, count and look up scores.',
  );
  const on =
    <Options>(
      command: CommandRun<Options>,
      select: (args: string[], options: Record<string, unknown>) => Options,
      alone = false,
    ) =>
    async (...all: unknown[]): Promise<void> => {
      const options = all.at(-2) as Record<string, unknown> & GlobalOptions;
      const args = all.slice(0, -2) as string[];
      const run = (context: CommandContext) => command(context, select(args, options));
      finish(await (alone ? runner.runAlone(options, run) : runner.run(options, run)));
    };
  const nothing = () => ({});

  program
    .command('start')
    .description('run services, workers, GraphQL and stand-ins; score the sample on-sale; keep serving')
    .addOption(
      new Option('--port <n>', 'campaign-service; entry-service, GraphQL and sandbox take the next three')
        .argParser(port)
        .default(8080),
    )
    .option('--host <host>', 'address to listen on', '127.0.0.1')
    .option('--no-sample', 'do not score the sample on-sale')
    .option('--exit', 'end after the sample', false)
    .action(async (options: GlobalOptions & StartFlags) => finish(await runner.start(options, start)));

  const generate = program.command('generate').description('write synthetic data');
  generate
    .command('scores')
    .description('write a score file; equal seeds write equal files')
    .requiredOption('--registrants <n>', 'rows', whole)
    .requiredOption('--seed <n>', 'whole number', whole)
    .requiredOption('--out <file>', 'where to write it')
    .option('--campaign <file>', 'write the campaign that it belongs to as well')
    .action(
      on(
        generateScores,
        (_, { registrants, seed, out, campaign }) => ({
          registrants: registrants as number,
          seed: seed as number,
          out: out as string,
          campaign: campaign as string | undefined,
        }),
        true,
      ),
    );

  const campaign = program.command('campaign').description('manage campaigns');
  campaign
    .command('import <file>')
    .description('create or update campaigns with their markets from JSON')
    .action(on(importCampaigns, ([file = '']) => ({ file })));

  program
    .command('load <files...>')
    .description('put score files into the bucket and work until nothing is left')
    .action(on(load, ([files]) => ({ files: files as unknown as string[] })));
  program.command('resume').description('work off whatever an interrupted run left').action(on(resume, nothing));
  program
    .command('onsale')
    .description('generate, import and load an on-sale')
    .requiredOption('--registrants <n>', 'rows', whole)
    .requiredOption('--seed <n>', 'whole number', whole)
    .action(on(onsale, (_, { registrants, seed }) => ({ registrants: registrants as number, seed: seed as number })));

  program
    .command('counts <campaign>')
    .description('print the stored counts')
    .action(on(counts, ([id = '']) => ({ campaign: id })));
  program
    .command('recount <campaign>')
    .description('compare the stored counts with a recount of the rows')
    .option('--repair', 'correct the stored counts', false)
    .action(on(recount, ([id = ''], { repair }) => ({ campaign: id, repair: repair === true })));
  program
    .command('rows <campaign>')
    .description('print the stored member rows as JSON lines')
    .action(on(rows, ([id = '']) => ({ campaign: id })));
  addDeadLetters(program, on);

  program
    .command('invoke <worker>')
    .description('hand one AWS event to one worker and print its answer')
    .requiredOption('--event <file>', 'the event as JSON')
    .action(on(invokeWorker, ([worker = ''], { event }) => ({ worker, event: event as string })));
  program
    .command('token')
    .description("print a signed token for this data directory's services, valid for an hour")
    .option('--supreme', 'every right on everything', false)
    .addOption(
      new Option('--campaign <id=actions>', 'rights on a campaign, such as tour=read,update')
        .argParser(collect)
        .default([]),
    )
    .addOption(new Option('--permission <name>', 'a right that belongs to no campaign').argParser(collect).default([]))
    .action(
      on(token, (_, { supreme, campaign: campaigns, permission }) => ({
        supreme: supreme === true,
        campaigns: campaigns as string[],
        permissions: permission as string[],
      })),
    );
  program
    .command('tail <resource>')
    .description('print the records of a stream, queue or topic, or what a stand-in received')
    .action(on(tail, ([resource = '']) => ({ resource })));
  program
    .command('workers')
    .description('list the workers')
    .action(on(listWorkers, nothing, true));
  program
    .command('resources')
    .description('list the resources')
    .action(on(listResources, nothing, true));
  program
    .command('doctor')
    .description('check the machine and the configuration')
    .action(async (options: GlobalOptions) => finish(await runner.doctor(options)));
  return program;
};

type On = <Options>(
  command: CommandRun<Options>,
  select: (args: string[], options: Record<string, unknown>) => Options,
  alone?: boolean,
) => (...all: unknown[]) => Promise<void>;

const addDeadLetters = (program: Command, on: On): void => {
  const letters = program.command('dead-letters').description('rejected records: list, show, put back after a fix');
  letters
    .command('list', { isDefault: true })
    .description('list worker, position and reason')
    .action(on(listDeadLetters, () => ({})));
  letters
    .command('show <id>')
    .description('show one with its payload')
    .action(on(showDeadLetter, ([id = '']) => ({ id })));
  letters
    .command('redrive <ids...>')
    .description('hand them to their workers again')
    .action(on(redriveDeadLetters, ([ids]) => ({ ids: ids as unknown as string[] })));
};

const whole = (text: string): number => {
  if (!/^[0-9]{1,10}$/.test(text)) throw new InvalidArgumentError('It must be a whole number.');
  return Number(text);
};
const port = (text: string): number => {
  const number = whole(text);
  if (number < 1 || number > 65_532) throw new InvalidArgumentError('It must be a port from 1 to 65532.');
  return number;
};
const collect = (text: string, earlier: readonly string[]): string[] => [...earlier, text];

import { type Command, Option } from 'commander';
import { type EstateFlags, type GlobalOptions, type Listen, PLATFORMS, type PlatformName } from '../run/context.ts';
import type { Launcher } from './action.ts';
import { filled, port } from './arguments.ts';

type StartFlags = GlobalOptions & EstateFlags & Listen & { platform: PlatformName; sample: boolean; exit: boolean };

/** Defines the one command that owns its data directory for long. */
export const defineStart = (program: Command, { runner, finish }: Launcher): void => {
  program
    .command('start')
    .description('run services, workers, GraphQL and stand-ins; score the sample on-sale; keep serving')
    .addOption(
      new Option('--port <n>', 'campaign-service; entry-service, GraphQL and sandbox take the next three')
        .argParser(port)
        .default(8080),
    )
    .addOption(new Option('--host <host>', 'address to listen on').argParser(filled).default('127.0.0.1'))
    .addOption(
      new Option('--platform <name>', 'aws: tables, streams, queues and buckets of the stage RESOURCE_PREFIX')
        .choices(PLATFORMS)
        .default('embedded'),
    )
    .option('--bill', 'count what would be used on AWS, for commands with --bill', false)
    .option('--no-sample', 'do not score the sample on-sale')
    .option('--exit', 'end after the sample', false)
    .action(async ({ sample, exit, ...options }: StartFlags) => {
      const run = async () => (await import('../commands/start.ts')).start;
      finish(await runner.start(options, async (context) => (await run())(context, { sample, exit })));
    });
};

import { type Command, Option } from 'commander';
import type { CreateAction } from './action.ts';
import { collect, filled } from './arguments.ts';

/** Defines the commands that look at the estate and its parts. */
export const defineEstateCommands = (program: Command, action: CreateAction): void => {
  program
    .command('invoke')
    .argument('<worker>', 'as "verifiedfan workers" says')
    .description('hand one AWS event to one worker and print its answer')
    .requiredOption('--event <file>', 'the event as JSON', filled)
    .action(
      action({
        needs: 'estate',
        load: async () => (await import('../commands/invoke.ts')).invokeWorker,
        select: ({ args: [worker], options: { event } }) => ({ worker: worker as string, event: event as string }),
      }),
    );

  program
    .command('token')
    .description("print a signed token for this data directory's services, valid for an hour")
    .option('--supreme', 'every right on everything', false)
    .addOption(
      new Option('--campaign <id=actions>', 'rights on a campaign, such as tour-2027=read,update; may be repeated')
        .argParser(collect)
        .default([], 'none'),
    )
    .addOption(
      new Option('--permission <name>', 'a right that belongs to no campaign, such as campaigns:read; may be repeated')
        .argParser(collect)
        .default([], 'none'),
    )
    .action(
      action({
        needs: 'estate',
        load: async () => (await import('../commands/token.ts')).token,
        select: ({ options: { supreme, campaign, permission } }) => ({
          supreme: supreme === true,
          campaigns: campaign as string[],
          permissions: permission as string[],
        }),
      }),
    );

  program
    .command('tail')
    .argument('<resource>', 'a stream, queue, topic or table, or a stand-in such as sandbox/slack')
    .description('print its records from the oldest to the newest, one JSON document a line, consuming nothing')
    .action(
      action({
        needs: 'stores',
        load: async () => (await import('../commands/tail.ts')).tail,
        select: ({ args: [resource] }) => ({ resource: resource as string }),
      }),
    );

  const lists = () => import('../commands/lists.ts');
  program
    .command('workers')
    .description('list the workers')
    .action(action({ needs: 'nothing', load: async () => (await lists()).listWorkers, select: () => ({}) }));
  program
    .command('resources')
    .description('list the resources')
    .action(action({ needs: 'nothing', load: async () => (await lists()).listResources, select: () => ({}) }));
  program
    .command('doctor')
    .description('check the machine and the configuration')
    .action(
      action({
        needs: 'nothing',
        load: async () => (await import('../commands/doctor.ts')).doctor,
        select: () => ({}),
      }),
    );
};

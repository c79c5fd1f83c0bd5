import { Argument, type Command, Option } from 'commander';
import { PLATFORMS } from '../run/context.ts';
import type { CreateAction } from './action.ts';
import { campaignId } from './arguments.ts';

/** A command that can look at a stage while its functions work. */
const onStage = (): Option =>
  new Option('--platform <name>', 'aws: the deployed stage RESOURCE_PREFIX, instead of a data directory')
    .choices(PLATFORMS)
    .default('embedded');

/** Defines the commands that show and mend what is stored. */
export const defineQueryCommands = (program: Command, action: CreateAction): void => {
  const campaign = () => new Argument('<campaign>', 'its id').argParser(campaignId);

  program
    .command('counts')
    .addArgument(campaign())
    .description('print the stored counts')
    .addOption(onStage())
    .action(
      action({
        needs: 'stores',
        load: async () => (await import('../commands/counts.ts')).counts,
        select: ({ args: [id] }) => ({ campaign: id as string }),
      }),
    );

  program
    .command('recount')
    .addArgument(campaign())
    .description('compare the stored counts with a recount of the member rows')
    .option('--repair', 'finish what is unfinished, then correct the stored counts', false)
    .addOption(onStage())
    .action(
      action({
        needs: ({ options }) => (options.repair === true ? 'estate' : 'stores'),
        load: async () => (await import('../commands/recount.ts')).recount,
        select: ({ args: [id], options: { repair } }) => ({ campaign: id as string, repair: repair === true }),
      }),
    );

  program
    .command('rows')
    .addArgument(campaign())
    .description('print the stored member rows, one JSON document a line')
    .addOption(onStage())
    .action(
      action({
        needs: 'stores',
        load: async () => (await import('../commands/rows.ts')).rows,
        select: ({ args: [id] }) => ({ campaign: id as string }),
      }),
    );

  defineDeadLetters(program, action);
};

const defineDeadLetters = (program: Command, action: CreateAction): void => {
  const load = () => import('../commands/dead-letters.ts');
  const letters = program.command('dead-letters').description('rejected records: list, show, put back after a fix');
  letters
    .command('list', { isDefault: true })
    .description('list worker, position and reason; no values of the records')
    .addOption(onStage())
    .action(action({ needs: 'stores', load: async () => (await load()).listDeadLetters, select: () => ({}) }));
  letters
    .command('show')
    .argument('<id>', 'as the list says')
    .description('show one with its payload, which may hold personal data')
    .addOption(onStage())
    .action(
      action({
        needs: 'stores',
        load: async () => (await load()).showDeadLetter,
        select: ({ args: [id] }) => ({ id: id as string }),
      }),
    );
  letters
    .command('redrive')
    .argument('<ids...>', 'as the list says')
    .description('hand them to their workers again')
    .addOption(onStage())
    .action(
      action({
        needs: 'estate',
        load: async () => (await import('../commands/redrive.ts')).redriveDeadLetters,
        select: ({ args: [ids] }) => ({ ids: ids as string[] }),
      }),
    );
  letters
    .command('recover')
    .argument('<worker>', 'as "verifiedfan workers" says')
    .description(
      'work off what Lambda gave up of a worker while its stream keeps it; what fails again is a dead letter',
    )
    .addOption(onStage())
    .action(
      action({
        needs: 'stores',
        load: async () => (await import('../commands/recover.ts')).recoverGivenUp,
        select: ({ args: [worker] }) => ({ worker: worker as string }),
      }),
    );
};

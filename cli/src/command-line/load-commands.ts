import type { Command } from 'commander';
import type { CreateAction } from './action.ts';
import { filled, whole } from './arguments.ts';

/** Seeds are unsigned 32-bit numbers, and so is the most that a generator makes of anything. */
const MAX_UINT32 = 4_294_967_295;

/** Defines the commands that bring scores into a data directory. */
export const defineLoadCommands = (program: Command, action: CreateAction): void => {
  program
    .command('generate')
    .description('write synthetic data')
    .command('scores')
    .description('write a score file; equal seeds write equal files')
    .requiredOption('--registrants <n>', 'rows', whole(MAX_UINT32))
    .requiredOption('--seed <n>', 'whole number', whole(MAX_UINT32))
    .requiredOption('--out <file>', 'where to write it', filled)
    .option('--campaign <file>', 'write the campaign that it belongs to as well', filled)
    .action(
      action({
        needs: 'nothing',
        load: async () => (await import('../commands/generate.ts')).generateScores,
        select: ({ options: { registrants, seed, out, campaign } }) => ({
          registrants: registrants as number,
          seed: seed as number,
          out: out as string,
          campaign: campaign as string | undefined,
        }),
      }),
    );

  program
    .command('campaign')
    .description('manage campaigns')
    .command('import')
    .argument('<file>', '{ "campaigns": [{ "_id", "name", …, "markets": [{ "eventId", … }] }] }')
    .description('create or update campaigns with their markets from JSON; the same file again changes nothing')
    .action(
      action({
        needs: 'estate',
        load: async () => (await import('../commands/campaign-import.ts')).importCampaigns,
        select: ({ args: [file] }) => ({ file: file as string }),
      }),
    );

  program
    .command('load')
    .argument('<files...>', 'score files, .csv or .csv.gz')
    .description('put score files into scoringBucket and work until nothing is left')
    .option('--bill', 'report what would be used on AWS, and its price', false)
    .action(
      action({
        needs: 'estate',
        load: async () => (await import('../commands/load.ts')).load,
        select: ({ args: [files] }) => ({ files: files as string[] }),
      }),
    );

  program
    .command('resume')
    .description('work off whatever an interrupted run left')
    .option('--bill', 'report what would be used on AWS, and its price', false)
    .action(
      action({
        needs: 'estate',
        load: async () => (await import('../commands/load.ts')).resume,
        select: () => ({}),
      }),
    );

  program
    .command('onsale')
    .description('generate, import and load an on-sale')
    .requiredOption('--registrants <n>', 'rows', whole(MAX_UINT32))
    .requiredOption('--seed <n>', 'whole number', whole(MAX_UINT32))
    .option('--bill', 'report what would be used on AWS, and its price', false)
    .action(
      action({
        needs: 'estate',
        load: async () => (await import('../commands/onsale.ts')).onsale,
        select: ({ options: { registrants, seed } }) => ({
          registrants: registrants as number,
          seed: seed as number,
        }),
      }),
    );
};

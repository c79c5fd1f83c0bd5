import { parseArgs } from 'node:util';
import { parseRunOptions, type RunOptions } from '../harness/options.ts';

export const USAGE = `npm run test:integration -- [servers or words…] [options]
Installs and starts the servers that the chosen tests need, runs the tests, stops the servers. Without words all of integration/test;
a server's name chooses the tests that need it, any other word those whose path holds it.
  --registrants N   size of the on-sale (default: 2,000)
  --operations N    operations of each sequence of the differential test (default: 2,000)
  --seeds N,N       seeds of those sequences, and of the OpenAPI tester (default: 1)
  --examples N      requests of the OpenAPI tester for each operation and phase (default: 10)
  --update-skips    writes the cases that were skipped to integration/skips.json instead of comparing them with it
  --keep            leaves the servers running, and says how to use and to stop them
  --help
Ends with 0 when every test passed and exactly the listed cases were skipped, with 1 otherwise, with 2 on wrong usage.
`;

export type CommandLine = {
  wanted: string[];
  sizes: RunOptions;
  updateSkips: boolean;
  keep: boolean;
  help: boolean;
};

/** Throws a TypeError or RangeError that says what is wrong. */
export const readCommandLine = (args: readonly string[]): CommandLine => {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      registrants: { type: 'string' },
      operations: { type: 'string' },
      seeds: { type: 'string' },
      examples: { type: 'string' },
      'update-skips': { type: 'boolean', default: false },
      keep: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const { registrants, operations, seeds, examples, keep, help } = values;
  const sizes = parseRunOptions({ registrants, operations, seeds, examples });
  return { wanted: positionals, sizes, updateSkips: values['update-skips'], keep, help };
};

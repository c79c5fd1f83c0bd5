/**
 * `npm run servers -- start [names…] | stop [names…] | status | install [names…]`: real servers for people. Ends with 1 when something
 * failed, with 2 on wrong usage.
 */
import { parseArgs } from 'node:util';
import { ServersError } from './errors.ts';
import { installServers } from './install.ts';
import { startServers, statusOf, stopServers, variablesOf } from './manager.ts';
import { cacheFolder, DEFAULT_RUN, runName } from './paths.ts';
import { findRunning, listRuns, type ServerState } from './state.ts';
import { parseNames, withNeeds } from './table.ts';
import { formatInstallable, formatStatus, formatVariables } from './tables-for-people.ts';

const USAGE = `npm run servers -- COMMAND [names…] [--run NAME] [--json]
  start [names…]    installs and starts them, all when none is named, and prints the environment variables to use
  stop [names…]     stops them and whatever needs them; --all: those of every run
  status            what runs, where, and how much memory it takes
  install [names…]  only installs
  list              what there is: versions, licences and how each is installed
  --run NAME        the run that they belong to (default: ${DEFAULT_RUN})
  --json            prints one JSON document and nothing else (with npm: npm run --silent servers …)
The cache folder is VERIFIEDFAN_SERVERS, else .servers in the repository.
`;

const say = (line: string): void => void process.stderr.write(`${line}\n`);

type CommandOptions = { names: string[]; run: string; all: boolean; json: boolean };

const print = (json: boolean, value: unknown, text: string): void =>
  void process.stdout.write(json ? `${JSON.stringify(value)}\n` : text);

const commands = {
  async start({ names, run, json }: CommandOptions) {
    const options = { cache: cacheFolder(), run, say };
    const chosen = withNeeds(parseNames(names));
    await installServers(chosen, options);
    const states: ServerState[] = await startServers(chosen, options);
    const servers = statusOf(options).filter(({ name }) => states.some((state) => state.name === name));
    const variables = variablesOf(states);
    print(json, { servers, variables }, `${formatStatus(servers)}\n${formatVariables(variables)}`);
  },
  async stop({ names, run, all, json }: CommandOptions) {
    const cache = cacheFolder();
    const runs = all ? listRuns(cache) : [run];
    const stopped = await Promise.all(runs.map((each) => stopServers(parseNames(names), { cache, run: each })));
    const flat = stopped.flat();
    print(json, { stopped: flat }, flat.length === 0 ? 'nothing was running\n' : `stopped ${flat.join(', ')}\n`);
  },
  async status({ names, run, json }: CommandOptions) {
    const cache = cacheFolder();
    const chosen = parseNames(names);
    const others = listRuns(cache).filter((each) => each !== run);
    const servers = [run, ...others].flatMap((each) =>
      statusOf({ cache, run: each }).filter(
        ({ name, condition }) => chosen.includes(name) && (each === run || condition !== 'stopped'),
      ),
    );
    const running = chosen.flatMap((name) => findRunning({ cache, run }, name) ?? []);
    const variables = variablesOf(running);
    print(json, { cache, servers, variables }, `${formatStatus(servers)}\n${formatVariables(variables)}`);
  },
  async install({ names, json }: CommandOptions) {
    const chosen = withNeeds(parseNames(names));
    await installServers(chosen, { cache: cacheFolder(), say });
    print(json, { installed: chosen }, `installed ${chosen.join(', ')}\n`);
  },
  async list({ names, json }: CommandOptions) {
    const { rows, text } = formatInstallable(parseNames(names));
    print(json, rows, text);
  },
};

const main = async (): Promise<void> => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      run: { type: 'string', default: runName() },
      all: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const [command = '', ...names] = positionals;
  if (values.help || !Object.hasOwn(commands, command)) {
    (values.help ? process.stdout : process.stderr).write(USAGE);
    process.exitCode = values.help ? 0 : 2;
    return;
  }
  await commands[command as keyof typeof commands]({ ...values, names });
};

try {
  await main();
} catch (error) {
  const isUsage =
    (error instanceof ServersError && error.code === 'unknown_server') ||
    (error instanceof TypeError && String((error as NodeJS.ErrnoException).code).startsWith('ERR_PARSE_ARGS'));
  if (!isUsage && !(error instanceof ServersError)) throw error;
  say((error as Error).message);
  process.exitCode = isUsage ? 2 : 1;
}

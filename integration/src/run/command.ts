/** `npm run test:integration`: see USAGE in options.ts. */

import { ServersError } from '../servers/errors.ts';
import { cacheFolder, ROOT } from '../servers/paths.ts';
import { familyOf } from '../servers/processes.ts';
import { type CommandLine, readCommandLine, USAGE } from './options.ts';
import { runTests } from './run-tests.ts';

const say = (line: string): void => void process.stderr.write(`${line}\n`);

const SIGNALS = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

/** On a signal everything that we began is asked to end, installers included; the run then stops its servers as it always does. */
const listenForSignals = (): { signal: AbortSignal; exitCode: () => number | undefined } => {
  const interruption = new AbortController();
  let exitCode: number | undefined;
  for (const [name, code] of Object.entries(SIGNALS)) {
    process.on(name, () => {
      if (exitCode !== undefined) return;
      exitCode = code;
      say(`${name}: stopping`);
      interruption.abort();
      for (const pid of familyOf(process.pid)) if (pid !== process.pid) end(pid);
    });
  }
  return { signal: interruption.signal, exitCode: () => exitCode };
};

const end = (pid: number): void => {
  try {
    process.kill(pid, 'SIGTERM');
  } catch {
    // It has ended in the meantime.
  }
};

const read = (): CommandLine | undefined => {
  try {
    return readCommandLine(process.argv.slice(2));
  } catch (error) {
    say((error as Error).message);
    return undefined;
  }
};

const main = async (commandLine: CommandLine): Promise<number> => {
  const { signal, exitCode } = listenForSignals();
  try {
    const good = await runTests({ root: ROOT, cache: cacheFolder(), commandLine, say, signal });
    return exitCode() ?? (good ? 0 : 1);
  } catch (error) {
    const interrupted = exitCode();
    if (interrupted !== undefined) return interrupted;
    if (!(error instanceof ServersError) && !(error instanceof RangeError)) throw error;
    say(error.message);
    return error instanceof RangeError ? 2 : 1;
  }
};

const commandLine = read();
if (commandLine === undefined || commandLine.help) {
  (commandLine === undefined ? process.stderr : process.stdout).write(USAGE);
  process.exitCode = commandLine === undefined ? 2 : 0;
} else {
  process.exitCode = await main(commandLine);
}

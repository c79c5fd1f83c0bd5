import { resolve } from 'node:path';
import { type Estate, openEstate } from '@verifiedfan/local';
import { createLog } from '@verifiedfan/log';
import { DirectoryOwnedError, readConfiguration, systemClock } from '@verifiedfan/platform';
import { workers } from '@verifiedfan/workers';
import { resources } from '@verifiedfan/workers/resources';
import { doctor } from './commands/doctor.ts';
import type { CommandContext } from './context.ts';
import { handToOwner, type RemoteCommand, serveCommands } from './control-socket.ts';
import { explain } from './explain.ts';
import { BAD_OUTCOME, type CommandIo } from './io.ts';
import { type GlobalOptions, type Runner, runCommandLine } from './program.ts';

/** How long a command waits for an owner that is stopping, or for another command to end. */
const OWNER_WAIT_MS = 5_000;
const OWNER_POLL_MS = 100;

/** Runs one command line in this process; resolves with the exit code. */
export const main = async (argv: readonly string[], io: CommandIo): Promise<number> => {
  try {
    return await runCommandLine(argv, io, createRunner(argv, io));
  } catch (error) {
    io.error(`error: ${explain(error)}\n`);
    return BAD_OUTCOME;
  }
};

type OpenOptions = { directory: string; command: string; io: CommandIo; listen?: { port: number; host: string } };

const open = ({ directory, command, io, listen }: OpenOptions): Estate => {
  const { logLevel } = readConfiguration();
  const log = createLog({
    service: 'verifiedfan',
    level: logLevel,
    clock: systemClock,
    destination: { write: (line) => io.error(line) },
  });
  const owner = { pid: process.pid, command };
  return openEstate({
    directory,
    owner,
    catalogue: resources,
    workers,
    log,
    ...(listen === undefined ? {} : { listen }),
  });
};

const createRunner = (argv: readonly string[], io: CommandIo): Runner => ({
  async run({ data, json }, command) {
    const directory = resolve(io.directory, data);
    const remote: RemoteCommand = { argv: [...argv], directory: io.directory, interactive: io.interactive };
    const opened = await openOrHandOver(directory, remote, { directory, command: argv[0] ?? '', io });
    if (typeof opened === 'number') return opened;
    try {
      return await command({ io, json, estate: async () => opened });
    } finally {
      await opened.close();
    }
  },
  runAlone: ({ json }, command) =>
    command({ io, json, estate: () => Promise.reject(new TypeError('this command has no estate')) }),
  async start({ data, json, port, host, sample, exit }, command) {
    const directory = resolve(io.directory, data);
    const estate = open({ directory, command: 'start', io, listen: { port, host } });
    const context: CommandContext = { io, json, estate: async () => estate };
    const serve = () => serveCommands(directory, (remote, remoteIo) => runForOther(estate, remote, remoteIo));
    try {
      return await command(context, { sample, exit, serve });
    } finally {
      await estate.close();
    }
  },
  doctor: ({ data, json }) => doctor({ io, json, directory: resolve(io.directory, data) }),
});

/** The owner hands out its directory, or runs the command itself; one that is stopping is waited for. */
const openOrHandOver = async (
  directory: string,
  remote: RemoteCommand,
  options: OpenOptions,
): Promise<Estate | number> => {
  const untilMs = systemClock.now() + OWNER_WAIT_MS;
  for (;;) {
    try {
      return open(options);
    } catch (error) {
      if (!(error instanceof DirectoryOwnedError)) throw error;
      const code = await handToOwner(directory, remote, options.io);
      if (code !== undefined) return code;
      if (systemClock.now() >= untilMs) throw error;
      await systemClock.sleep(OWNER_POLL_MS, options.io.signal);
    }
  }
};

/** A command that another process handed over: the same command line on the estate that runs here. */
const runForOther = async (estate: Estate, { argv }: RemoteCommand, io: CommandIo): Promise<number> => {
  const run = ({ json }: GlobalOptions, command: (context: CommandContext) => Promise<number>) =>
    command({ io, json, estate: async () => estate });
  const refuse = async (): Promise<number> => {
    io.error(`error: ${estate.directory} is in use by process ${process.pid} (start)\n`);
    return BAD_OUTCOME;
  };
  try {
    return await runCommandLine(argv, io, { run, runAlone: run, start: refuse, doctor: refuse });
  } catch (error) {
    io.error(`error: ${explain(error)}\n`);
    return BAD_OUTCOME;
  }
};

import { resolve } from 'node:path';
import { serveCommands } from '../control/serve-commands.ts';
import type { CommandIo } from '../output/io.ts';
import type { CommandContext, Runner } from './context.ts';
import { type Opened, openStores, openWhole } from './open.ts';
import { own, ownOrHandOver } from './own-or-hand-over.ts';
import { createOwnerRunner, createTurns } from './owner-runner.ts';
import { runExplained } from './run-explained.ts';

/** Runs commands in this process, unless the owner of the data directory takes them. */
export const createRunner = (argv: readonly string[], io: CommandIo): Runner => ({
  async run({ data, json, bill = false, platform, needs, command }, run) {
    const directory = resolve(io.directory, data);
    const alone = {
      io,
      json,
      bill,
      directory,
      workersRun: false,
      inTurn: <Result>(work: () => Promise<Result>) => work(),
    };
    if (needs === 'nothing') return run({ ...alone, ...NOTHING });
    if (platform === 'aws') {
      const stage = await (await import('./open-stage.ts')).openStage({ io });
      return closingAfter(stage, () => run({ ...alone, ...stage, platform: () => stage.platform }));
    }
    const remote = { argv: [...argv], directory: io.directory, interactive: io.interactive };
    const open = needs === 'stores' ? openStores : openWhole;
    const opened = await ownOrHandOver(open, remote, { directory, command, io, bill });
    if (typeof opened === 'number') return opened;
    return closingAfter(opened, () => run({ ...alone, platform: () => opened.platform, estate: opened.estate }));
  },

  async start({ data, json, bill = false, port, host, platform }, run) {
    const directory = resolve(io.directory, data);
    const open = platform === 'aws' ? (await import('./open-on-aws.ts')).openOnAws : openWhole;
    const opened = await own(open, { directory, command: 'start', io, bill, listen: { port, host } });
    const inTurn = createTurns();
    const serve = () =>
      serveCommands(directory, ({ argv: theirs }, theirIo) =>
        runExplained(theirs, theirIo, createOwnerRunner({ opened, directory, inTurn, io: theirIo })),
      );
    return closingAfter(opened, () =>
      run({
        io,
        json,
        bill,
        directory,
        workersRun: true,
        inTurn,
        serve,
        platform: () => opened.platform,
        estate: opened.estate,
      }),
    );
  },
});

const NOTHING: Pick<CommandContext, 'platform' | 'estate'> = {
  platform() {
    throw new TypeError('this command was opened without stores');
  },
  estate: () => Promise.reject(new TypeError('this command was opened without an estate')),
};

/** Closes whatever happens. What went wrong first is told: on a full disk closing fails as well, and says less. */
const closingAfter = async (opened: Opened, run: () => Promise<number>): Promise<number> => {
  const [result] = await Promise.allSettled([
    Promise.race([run(), ...(opened.lost === undefined ? [] : [opened.lost])]),
  ]);
  const [closed] = await Promise.allSettled([opened.close()]);
  if (result.status === 'rejected') throw result.reason;
  if (closed.status === 'rejected') throw closed.reason;
  return result.value;
};

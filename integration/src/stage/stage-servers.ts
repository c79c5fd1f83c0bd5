import { join } from 'node:path';
import { endAbandonedRuns, endTestRun, ownRun } from '../run/abandoned.ts';
import { ServersError } from '../servers/errors.ts';
import { isInstalled } from '../servers/install.ts';
import { addressOf, startServers } from '../servers/manager.ts';
import { cacheFolder } from '../servers/paths.ts';
import { findPrograms } from '../servers/programs.ts';
import { SERVERS } from '../servers/table.ts';
import { type OpenStageOptions, STAGE_SERVERS } from './open-stage.ts';

export type StageServersOptions = {
  /** What the run of servers is called; the process is added. */
  run: string;
  /** Told what happens, one line each. */
  say: (line: string) => void;
};

export type StageServers = { addresses: OpenStageOptions['addresses']; stop(): Promise<void> };

/**
 * Starts the servers of a stage for this process alone; a later run stops them when it is killed. Throws `not_running`, with the command that installs
 * them, when one is not there: to install takes long, and is not what was asked for.
 */
export const startStageServers = async ({ run, say }: StageServersOptions): Promise<StageServers> => {
  const names = Object.values(STAGE_SERVERS);
  const place = { cache: cacheFolder(), run: `${run}-${process.pid}` };
  const missing = names.filter((name) => !isThere(name, place.cache));
  if (missing.length > 0) {
    const message = `not installed: ${missing.join(', ')}. Install them first: npm run servers -- install ${names.join(' ')}`;
    throw new ServersError({ code: 'not_running', message });
  }
  await endAbandonedRuns(place.cache);
  ownRun(place);
  const stop = (): Promise<void> => endTestRun(place);
  try {
    await startServers(names, { ...place, say });
    const [aws, tables, mongodb, redis] = [
      addressOf(STAGE_SERVERS.aws, place),
      addressOf(STAGE_SERVERS.tables, place),
      addressOf(STAGE_SERVERS.mongodb, place),
      addressOf(STAGE_SERVERS.redis, place),
    ];
    return { addresses: { aws, tables, mongodb, redis }, stop };
  } catch (error) {
    await stop();
    throw error;
  }
};

const isThere = (name: (typeof STAGE_SERVERS)[keyof typeof STAGE_SERVERS], cache: string): boolean => {
  const { recipe, version } = SERVERS[name];
  if (recipe.kind === 'system') return findPrograms(recipe.programs, recipe.folders) !== undefined;
  return isInstalled(recipe, version, join(cache, `${name}-${version}`));
};

import { rmSync } from 'node:fs';
import { SERVER_NAMES, type ServerName } from './definition.ts';
import { ServersError } from './errors.ts';
import { memoryOf } from './memory.ts';
import { runFolder } from './paths.ts';
import { familyOf } from './processes.ts';
import { discard, type StartOptions, startServer } from './start.ts';
import {
  type Condition,
  conditionOf,
  findRunning,
  type RunPlace,
  readState,
  readStates,
  type ServerState,
} from './state.ts';
import { SERVERS, withNeeds } from './table.ts';

/** Starts servers with all that they need, side by side as far as needs allow. What was started stays when another one fails. */
export const startServers = async (names: readonly ServerName[], options: StartOptions): Promise<ServerState[]> => {
  const started = new Map<ServerName, Promise<ServerState>>();
  for (const name of withNeeds(names)) {
    const needs = (SERVERS[name].needs ?? []).map((needed) => started.get(needed));
    started.set(
      name,
      Promise.all(needs).then(() => startServer(name, options)),
    );
  }
  const results = await Promise.allSettled(started.values());
  const failed = results.find(({ status }) => status === 'rejected');
  if (failed?.status === 'rejected') throw failed.reason;
  return results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
};

/**
 * Stops servers, those that others need last; resolves with the names of those that were running. What needs a stopped one is stopped
 * too. Pid files that nobody stands behind any more are removed, and no process is touched for them.
 */
export const stopServers = async (names: readonly ServerName[], place: RunPlace): Promise<ServerName[]> => {
  const dependent = SERVER_NAMES.filter((name) => withNeeds([name]).some((needed) => names.includes(needed)));
  const states = dependent.flatMap((name) => readState(place, name) ?? []);
  const stopped = states.filter((state) => conditionOf(state) !== 'stale').map(({ name }) => name);
  const needed = new Set(states.flatMap(({ name }) => SERVERS[name].needs ?? []));
  await Promise.all(states.filter(({ name }) => !needed.has(name)).map((state) => discard(place, state)));
  await Promise.all(states.filter(({ name }) => needed.has(name)).map((state) => discard(place, state)));
  return stopped;
};

/** Stops everything of a run and removes its folder, logs included unless they are to be kept. */
export const endRun = async (place: RunPlace, { keepLogs = false } = {}): Promise<void> => {
  const names = readStates(place).map(({ name }) => name);
  await stopServers(names, place);
  if (!keepLogs) rmSync(runFolder(place.cache, place.run), { recursive: true, force: true });
};

export type ServerStatus = {
  name: ServerName;
  run: string;
  product: string;
  version: string;
  condition: Condition;
  address: string | null;
  pid: number | null;
  /** Resident memory of the server and all that it started, in MiB; null when it does not run or the system does not tell. */
  memoryMebibytes: number | null;
  log: string | null;
};

/** How each server of a run is. */
export const statusOf = (place: RunPlace): ServerStatus[] =>
  SERVER_NAMES.map((name) => {
    const state = readState(place, name);
    const condition = conditionOf(state);
    const alive = state !== undefined && (condition === 'running' || condition === 'starting') ? state : undefined;
    return {
      name,
      run: place.run,
      product: SERVERS[name].product,
      version: SERVERS[name].version,
      condition,
      address: alive?.address ?? null,
      pid: alive?.process.pid ?? null,
      memoryMebibytes: alive === undefined ? null : memoryOf(familyOf(alive.process.pid)),
      log: state?.log ?? null,
    };
  });

/** The address of a server that runs; throws `not_running`. */
export const addressOf = (name: ServerName, place: RunPlace): string => {
  const state = findRunning(place, name);
  if (state === undefined) {
    const message =
      `${name} does not run (run “${place.run}”). Tests that need servers are run by “npm run test:integration”; ` +
      `to run one by hand, start it first: npm run servers -- start ${name}`;
    throw new ServersError({ code: 'not_running', message });
  }
  return state.address;
};

/** The environment variables by which usual clients find the running servers. */
export const variablesOf = (states: readonly Pick<ServerState, 'name' | 'address'>[]): Record<string, string> => {
  const names = new Set(states.map(({ name }) => name));
  const first = states.filter(({ name }) => {
    const { secondTo } = SERVERS[name];
    return secondTo === undefined || !names.has(secondTo);
  });
  return Object.assign({}, ...first.map(({ name, address }) => SERVERS[name].variables(address)));
};

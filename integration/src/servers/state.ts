import { globSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { SERVER_NAMES, type ServerName } from './definition.ts';
import { runFolder } from './paths.ts';
import { type Identity, isAlive } from './processes.ts';

/** Where the servers of one run are written down. */
export type RunPlace = { cache: string; run: string };

/** What is written down of a server from the moment that its process exists. */
export type ServerState = {
  name: ServerName;
  version: string;
  process: Identity;
  ports: number[];
  address: string;
  /** Removed when it stops. */
  data: string;
  log: string;
  /** It has answered its probe once. */
  ready: boolean;
};

export const stateFile = ({ cache, run }: RunPlace, name: ServerName): string =>
  join(runFolder(cache, run), `${name}.json`);

export const logFile = ({ cache, run }: RunPlace, name: ServerName): string =>
  join(runFolder(cache, run), `${name}.log`);

/** Replaces the file in one step: a reader sees the old state or the new one. */
export const writeState = (place: RunPlace, state: ServerState): void => {
  const file = stateFile(place, state.name);
  mkdirSync(runFolder(place.cache, place.run), { recursive: true });
  writeFileSync(`${file}.partial`, `${JSON.stringify(state, null, 2)}\n`);
  renameSync(`${file}.partial`, file);
};

/** What is written down, whether or not the process still runs; undefined when nothing, or nothing readable, is. */
export const readState = (place: RunPlace, name: ServerName): ServerState | undefined => {
  try {
    return JSON.parse(readFileSync(stateFile(place, name), 'utf8')) as ServerState;
  } catch {
    return undefined;
  }
};

export const removeState = (place: RunPlace, name: ServerName): void => rmSync(stateFile(place, name), { force: true });

/** `stale`: it is written down, but its process has ended, or its number is another process's by now. */
export type Condition = 'stopped' | 'starting' | 'running' | 'stale';

export const conditionOf = (state: ServerState | undefined): Condition => {
  if (state === undefined) return 'stopped';
  if (!isAlive(state.process)) return 'stale';
  return state.ready ? 'running' : 'starting';
};

/** The state of a server that runs and is ready; undefined otherwise. */
export const findRunning = (place: RunPlace, name: ServerName): ServerState | undefined => {
  const state = readState(place, name);
  return conditionOf(state) === 'running' ? state : undefined;
};

/** What is written down in a run. */
export const readStates = (place: RunPlace): ServerState[] =>
  SERVER_NAMES.flatMap((name) => readState(place, name) ?? []);

/** Every run that something is written down of. */
export const listRuns = (cache: string): string[] =>
  globSync(join(cache, 'run', '*/'))
    .map((folder) => basename(folder))
    .sort();

import { execFileSync, spawn } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Launch, LaunchContext, ServerDefinition, ServerName } from './definition.ts';
import { ServersError } from './errors.ts';
import { installServer } from './install.ts';
import { withLock } from './lock.ts';
import { runFolder, withPinnedNode } from './paths.ts';
import { freePorts } from './ports.ts';
import { endFamily, identify, isAlive } from './processes.ts';
import { requirePrograms, runLogged, tailOf } from './programs.ts';
import {
  findRunning,
  logFile,
  type RunPlace,
  readState,
  removeState,
  type ServerState,
  stateFile,
  writeState,
} from './state.ts';
import { SERVERS } from './table.ts';

const POLL_MS = 50;
const READY_TIMEOUT_MS = 90_000;
/** Other ports are tried when one was taken between finding it free and listening on it. */
const ATTEMPTS = 3;
const PORT_TAKEN = /EADDRINUSE|address (is )?already in use|could not bind|BindException/i;

export type StartOptions = RunPlace & {
  say: (line: string) => void;
  /** Kept when a server is started again where it was. @default free ones, and an empty folder */
  ports?: readonly number[] | undefined;
  data?: string | undefined;
  /** Nothing new is begun after it has aborted. */
  signal?: AbortSignal | undefined;
};

const ownerOf = ({ user }: Launch): { uid: number; gid: number } | undefined => {
  if (user === undefined || process.getuid?.() !== 0) return undefined;
  const ask = (option: string): number => Number(execFileSync('id', [option, user], { encoding: 'utf8' }));
  return { uid: ask('-u'), gid: ask('-g') };
};

/** In the system's folder for such things, since another user may not enter that of the repository. */
const makeData = (name: ServerName, owner: { uid: number; gid: number } | undefined): string => {
  const data = mkdtempSync(join(tmpdir(), `verifiedfan-${name}-`));
  chmodSync(data, 0o700);
  if (owner !== undefined) chownSync(data, owner.uid, owner.gid);
  return data;
};

const prepare = async (definition: ServerDefinition, context: LaunchContext, log: string): Promise<void> => {
  for (const [file, text] of Object.entries(definition.files?.(context) ?? {})) {
    writeFileSync(join(context.data, file), text);
  }
  for (const launch of definition.prepare?.(context) ?? []) {
    if (launch.unlessExists !== undefined && existsSync(launch.unlessExists)) continue;
    const environment = { ...withPinnedNode(), ...launch.environment };
    const options = { cwd: launch.cwd ?? context.data, log, environment, owner: ownerOf(launch) };
    await runLogged(launch.command, launch.args, { ...options, failure: 'start_failed' });
  }
};

/** Begins the process in a group of its own, with its output in the log and no tie to us. */
const begin = (launch: Launch, { data, log }: { data: string; log: string }): Promise<number> => {
  const output = openSync(log, 'a');
  const child = spawn(launch.command, launch.args, {
    cwd: launch.cwd ?? data,
    env: { ...withPinnedNode(), ...launch.environment },
    stdio: ['ignore', output, output],
    detached: true,
    ...ownerOf(launch),
  });
  child.unref();
  closeSync(output);
  return new Promise((resolve, reject) => {
    child.once('spawn', () => resolve(child.pid ?? 0));
    child.once('error', reject);
  });
};

const untilReady = async (definition: ServerDefinition, state: ServerState): Promise<boolean> => {
  const [port = 0] = state.ports;
  for (let waited = 0; waited < READY_TIMEOUT_MS; waited += POLL_MS) {
    if (!isAlive(state.process)) return false;
    if (await definition.ready(port).catch(() => false)) return isAlive(state.process);
    await sleep(POLL_MS);
  }
  return false;
};

const attempt = async (name: ServerName, folder: string, options: StartOptions): Promise<ServerState | undefined> => {
  const definition = SERVERS[name];
  const log = logFile(options, name);
  const ports = [...(options.ports ?? (await freePorts(definition.ports.length)))];
  const addressOf = (needed: ServerName): string => {
    const running = findRunning(options, needed);
    if (running === undefined) throw notRunning(needed, options);
    return running.address;
  };
  const trial: LaunchContext = { folder, data: '', ports, addressOf };
  const data = options.data ?? makeData(name, ownerOf(definition.launch(trial)));
  const context = { ...trial, data };
  try {
    await prepare(definition, context, log);
    const pid = await begin(definition.launch(context), { data, log });
    const address = definition.address(ports[0] ?? 0);
    const state = {
      name,
      version: definition.version,
      process: identify(pid),
      ports,
      address,
      data,
      log,
      ready: false,
    };
    writeState(options, state);
    if (await untilReady(definition, state)) {
      writeState(options, { ...state, ready: true });
      return { ...state, ready: true };
    }
    await endFamily(state.process, { graceMs: 1_000 });
  } catch (error) {
    if (options.data === undefined) rmSync(data, { recursive: true, force: true });
    throw error;
  }
  removeState(options, name);
  if (options.data === undefined) rmSync(data, { recursive: true, force: true });
  return undefined;
};

const notRunning = (name: ServerName, { run }: RunPlace): ServersError =>
  new ServersError({ code: 'not_running', message: `${name} does not run in the run “${run}”` });

/**
 * Installs a server if need be, starts it unless it runs, and resolves once it answers. Throws `missing_program`, `install_failed`, or
 * `start_failed` with the end of its log; nothing is left running then. What it needs has to run already.
 */
export const startServer = async (name: ServerName, options: StartOptions): Promise<ServerState> => {
  mkdirSync(runFolder(options.cache, options.run), { recursive: true });
  const folder = await installServer(name, options);
  return withLock(`${stateFile(options, name)}.lock`, async () => {
    const running = findRunning(options, name);
    if (running !== undefined) return running;
    const left = readState(options, name);
    if (left !== undefined) await discard(options, left, options.data);
    const log = logFile(options, name);
    if (options.data === undefined) rmSync(log, { force: true });
    if (SERVERS[name].recipe.kind === 'maven') requirePrograms(['java'], name);
    for (let count = 0; count < ATTEMPTS; count += 1) {
      const state = await attempt(name, folder, options);
      if (state !== undefined) return state;
      if (options.ports !== undefined || !PORT_TAKEN.test(tailOf(log))) break;
      options.say(`${name}: its port was taken meanwhile, trying another`);
    }
    throw new ServersError({ code: 'start_failed', message: `${name} did not start${tailOf(log)}` });
  });
};

/** Ends what is left of a server and removes what was written down of it; its data too, unless they are to be kept. */
export const discard = async (place: RunPlace, state: ServerState, keptData?: string): Promise<void> => {
  await endFamily(state.process, { signal: SERVERS[state.name].stopSignal ?? 'SIGTERM' });
  removeState(place, state.name);
  if (state.data !== keptData) rmSync(state.data, { recursive: true, force: true });
};

import { spawn } from 'node:child_process';
import { accessSync, closeSync, constants, globSync, openSync, readFileSync, statSync, writeSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { ServersError, type ServersErrorCode } from './errors.ts';
import { withPinnedNode } from './paths.ts';

const TAIL_LINES = 30;

/** How to get what we cannot install ourselves. */
const HELP: Readonly<Record<string, string>> = {
  python3: 'Python 3.11 or newer with venv: apt-get install python3 python3-venv, or brew install python',
  java: 'a Java runtime, 17 or newer: apt-get install openjdk-17-jre-headless, or brew install openjdk@17',
  mvn: 'Maven 3: apt-get install maven, or brew install maven',
  npm: 'npm, which comes with Node: https://nodejs.org',
  'redis-server': 'Redis 7: apt-get install redis-server, or brew install redis',
  postgres: 'PostgreSQL 15: apt-get install postgresql, or brew install postgresql@15',
  initdb: 'PostgreSQL 15: apt-get install postgresql, or brew install postgresql@15',
};

const isExecutable = (file: string): boolean => {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
};

/** The first folder of PATH, or of the given patterns, that holds all of the programs. Newest version first among patterns. */
export const findPrograms = (programs: readonly string[], patterns: readonly string[] = []): string | undefined => {
  const path = (process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  const others = patterns.flatMap((pattern) =>
    globSync(pattern).sort((a, b) => b.localeCompare(a, 'en', { numeric: true })),
  );
  // The given folders first: a wrapper in PATH may choose its own data folder, as Debian's do.
  return [...others, ...path].find((folder) => programs.every((program) => isExecutable(join(folder, program))));
};

/** Throws `missing_program`, for all that are missing at once, with how to get them. */
export const requirePrograms = (programs: readonly string[], why: string): void => {
  const missing = programs.filter((program) => findPrograms([program]) === undefined);
  if (missing.length > 0) throw missingPrograms(missing, why);
};

export const missingPrograms = (missing: readonly string[], why: string): ServersError => {
  const lines = [...new Set(missing.map((program) => HELP[program] ?? program))].map((help) => `  ${help}`);
  return new ServersError({
    code: 'missing_program',
    message: `${why} needs ${missing.join(' and ')}, which this machine does not have. Install\n${lines.join('\n')}`,
  });
};

/** The last lines of a log, indented; empty when there is none. */
export const tailOf = (file: string, lines = TAIL_LINES): string => {
  try {
    const all = readFileSync(file, 'utf8').trimEnd().split('\n');
    const tail = all.slice(-lines).join('\n  ');
    return tail === '' ? '' : `\n${file} ends with\n  ${tail}`;
  } catch {
    return '';
  }
};

export type RunOptions = {
  cwd: string;
  /** Both outputs are appended to it. */
  log: string;
  environment?: NodeJS.ProcessEnv | undefined;
  owner?: { uid: number; gid: number } | undefined;
  failure: ServersErrorCode;
};

/** Runs a program to its end; throws the `failure` code with the tail of the log unless it ends with 0. */
export const runLogged = async (command: string, args: readonly string[], options: RunOptions): Promise<void> => {
  const { cwd, log, environment = withPinnedNode(), owner, failure } = options;
  const output = openSync(log, 'a');
  try {
    writeSync(output, `$ ${[command, ...args].join(' ')}\n`);
    const child = spawn(command, args, { cwd, env: environment, stdio: ['ignore', output, output], ...owner });
    const ended = await new Promise<string | number>((resolve) => {
      child.once('error', ({ message }) => resolve(message));
      child.once('exit', (code, signal) => resolve(code ?? signal ?? 'unknown'));
    });
    if (ended === 0) return;
    const message = `${command} ${args.slice(0, 3).join(' ')} ended with ${ended}${tailOf(log)}`;
    throw new ServersError({ code: failure, message });
  } finally {
    closeSync(output);
  }
};

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { type Ran, ran } from './run-here.ts';

export const COMMAND = fileURLToPath(new URL('../../bin/verifiedfan.js', import.meta.url));

export type Spawned = {
  process: ChildProcess;
  /** Resolves when the process has ended, however it did. */
  ended: Promise<Ran & { signal: NodeJS.Signals | null }>;
  /** Resolves with standard output once it holds the text; rejects when the process ends before. */
  printed(text: string): Promise<string>;
  /** The same for standard error. */
  complained(text: string): Promise<string>;
  kill(signal: NodeJS.Signals): void;
};

type Owner = { after(cleanUp: () => void): void };
type SpawnOptions = { directory: string; env?: Record<string, string>; through?: readonly string[] };

/** Starts the real command in a process of its own, which the end of the test kills at the latest. */
export const spawnCommand = (
  test: Owner,
  argv: readonly string[],
  { directory, env = {}, through = [] }: SpawnOptions,
): Spawned => {
  const [file = '', ...args] = [...through, process.execPath, COMMAND, ...argv];
  const child = spawn(file, args, {
    cwd: directory,
    env: { ...process.env, LOG_LEVEL: 'info', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  test.after(() => void child.kill('SIGKILL'));
  let out = '';
  let err = '';
  const waiting = new Set<() => void>();
  const changed = (): void => {
    for (const check of waiting) check();
  };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text;
    changed();
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    err += text;
    changed();
  });
  let over = false;
  const ended = once(child, 'close').then(([code, signal]: (number | NodeJS.Signals | null)[]) => {
    over = true;
    changed();
    return { ...ran(typeof code === 'number' ? code : -1, out, err), signal: signal as NodeJS.Signals | null };
  });
  const holds = (read: () => string, text: string): Promise<string> =>
    new Promise((done, fail) => {
      const check = (): void => {
        if (read().includes(text)) done(read());
        else if (over) fail(new Error(`it ended without printing ${JSON.stringify(text)}: ${out}\n${err}`));
        else return;
        waiting.delete(check);
      };
      waiting.add(check);
      check();
    });
  return {
    process: child,
    ended,
    printed: (text) => holds(() => out, text),
    complained: (text) => holds(() => err, text),
    kill: (signal) => void child.kill(signal),
  };
};

/** Runs the real command to its end. */
export const runCommand = (test: Owner, argv: readonly string[], options: SpawnOptions) =>
  spawnCommand(test, argv, options).ended;

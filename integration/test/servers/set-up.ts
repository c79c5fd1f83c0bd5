import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { TestContext } from 'node:test';
import { temporaryDirectory } from '@verifiedfan/test-utils';
import { endFamily, identify } from '../../src/servers/processes.ts';
import type { ServerState } from '../../src/servers/state.ts';

/** A folder that is removed after the test. */
export const temporaryFolder = async (test: TestContext): Promise<string> => (await temporaryDirectory(test)).path;

export const writeFiles = (folder: string, files: Readonly<Record<string, string>>): void => {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
};

/** A Node process in a group of its own that runs the given program, resolved once it has printed something. */
export const startNode = async (test: TestContext, program: string): Promise<ChildProcess & { pid: number }> => {
  const child = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'inherit'], detached: true });
  const pid = child.pid ?? 0;
  test.after(() => endFamily(identify(pid), { signal: 'SIGKILL' }));
  await new Promise((resolve) => child.stdout.once('data', resolve));
  return Object.assign(child, { pid });
};

/** Prints a line and waits for ever. */
export const IDLE = "console.log('up'); setInterval(() => {}, 1000)";

export const aState = (pid: number, data: string, began = identify(pid).began): ServerState => ({
  name: 'redis',
  version: '7.0.15',
  process: { pid, began },
  ports: [1],
  address: 'redis://127.0.0.1:1',
  data,
  log: join(data, 'redis.log'),
  ready: true,
});

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { Pool } from 'undici';
import { ROOT, readLaunch } from '../launch.ts';
import { endWithUs } from '../measure.ts';
import { processorMs } from '../start.ts';
import { type Setting, tokenOf } from './setting.ts';

export type Answer = { status: number; text: string };

/** A server in a process of its own, and connections to it that stay open. */
export type Side = {
  get(path: string): Promise<Answer>;
  /** What its process has used so far; NaN where there is no /proc. */
  processorMs(): number;
  close(): Promise<void>;
};

export const SIDES = ['ours', 'bare'] as const;
export type SideName = (typeof SIDES)[number];

export const CONNECTIONS = 16;

export const startSide = async (name: SideName, setting: Setting): Promise<Side> => {
  const { env, flags } = readLaunch();
  const child = spawn(
    process.execPath,
    [...flags, ...profiling(name), join(import.meta.dirname, 'serve.ts'), name, JSON.stringify(setting)],
    { cwd: ROOT, env, stdio: ['pipe', 'pipe', 'ignore'] },
  );
  endWithUs(child);
  const ended = once(child, 'exit');
  const [line] = await Promise.race([
    once(child.stdout.setEncoding('utf8'), 'data') as Promise<[string]>,
    ended.then(() => Promise.reject(new Error(`${name} ended before it listened`))),
  ]);
  const pool = new Pool(line.trim(), { connections: CONNECTIONS });
  const headers = { authorization: `Bearer ${tokenOf(setting)}` };
  return {
    async get(path) {
      const { statusCode, body } = await pool.request({ path, method: 'GET', headers });
      return { status: statusCode, text: await body.text() };
    },
    processorMs: () => processorMs(child.pid ?? 0) ?? Number.NaN,
    async close() {
      await pool.close();
      child.stdin.end();
      await ended;
    },
  };
};

/** With BENCH_PROFILE a CPU profile of our side lies in that folder afterwards. */
const profiling = (name: SideName): string[] =>
  name === 'ours' && process.env.BENCH_PROFILE !== undefined
    ? ['--cpu-prof', '--cpu-prof-dir', process.env.BENCH_PROFILE]
    : [];

/**
 * `verifiedfan start` on an empty directory: from the start of the process until the addresses are printed, each time in a new process;
 * then what it takes while nobody asks for anything. It must answer before a time counts.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CLI, ROOT, readLaunch } from './launch.ts';
import { endWithUs, median, memoryOf, raw } from './measure.ts';
import type { BenchOptions, BenchResult } from './result.ts';

const ROUNDS = 7;
const START_LIMIT_MS = 1_000;
const MEMORY_LIMIT_MEBIBYTES = 150;
const IDLE_MS = 5_000;
const GIVE_UP_MS = 60_000;
/** USER_HZ, in which the kernel tells processor time: 100 on every Linux that Node runs on. */
const TICKS_A_SECOND = 100;

type Address = { name: string; url: string };
type Measured = { startMs: number; idleMebibytes: number | undefined; idleProcessorMs: number | undefined };

/** The estate takes so many ports in a row. */
const PORTS = 4;

const listenOn = async (port: number): Promise<Server> => {
  const server = createServer().listen(port, '127.0.0.1');
  await once(server, 'listening');
  return server;
};

/** The first of four ports in a row that were free a moment ago. */
export const findPort = async (): Promise<number> => {
  for (;;) {
    const first = await listenOn(0);
    const { port } = first.address() as AddressInfo;
    const next = Array.from({ length: PORTS - 1 }, (_, at) => Math.min(65_535, port + 1 + at));
    const others = await Promise.allSettled(next.map(listenOn));
    const servers = [first, ...others.flatMap((other) => (other.status === 'fulfilled' ? [other.value] : []))];
    await Promise.all(servers.map((server) => new Promise((closed) => server.close(closed))));
    if (servers.length === PORTS) return port;
  }
};

/** What a process has used so far, user and system; undefined where /proc does not tell. */
export const processorMs = (pid: number): number | undefined => {
  try {
    // The name of the program, in brackets, may hold spaces; user and system time are the 12th and 13th behind it.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
    return ((Number(fields[11]) + Number(fields[12])) * 1_000) / TICKS_A_SECOND;
  } catch {
    return undefined;
  }
};

/** Resolves once the document with the addresses is complete. */
const readAddresses = (child: ChildProcess): Promise<Address[]> => {
  const { promise, resolve, reject } = Promise.withResolvers<Address[]>();
  let stdout = '';
  let stderr = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    // A JSON document of several lines ends with a bracket at the beginning of a line; one line ends with itself.
    if (!text.endsWith('}\n')) return;
    resolve((JSON.parse(stdout) as { addresses: Address[] }).addresses);
  });
  child.once('exit', (code) => reject(new Error(`start ended with ${code}: ${stderr.slice(-2_000)}`)));
  return promise;
};

const assertServes = async (addresses: readonly Address[]): Promise<void> => {
  const url = addresses.find(({ name }) => name.startsWith('campaign'))?.url;
  const answer = await fetch(`${url}/health`);
  if (answer.status !== 200) throw new Error(`campaign-service answers ${answer.status}`);
};

const watchIdle = async (pid: number): Promise<Omit<Measured, 'startMs'>> => {
  const beforeMs = processorMs(pid);
  await sleep(IDLE_MS);
  const afterMs = processorMs(pid);
  return {
    idleMebibytes: memoryOf(pid, 'VmRSS'),
    idleProcessorMs: beforeMs === undefined || afterMs === undefined ? undefined : afterMs - beforeMs,
  };
};

const measureStart = async (directory: string): Promise<Measured> => {
  const port = String(await findPort());
  const args = [CLI, 'start', '--no-sample', '--json', '--port', port, '--data', directory];
  const startedMs = performance.now();
  const { env, flags } = readLaunch();
  const child = spawn(process.execPath, [...flags, ...args], { cwd: ROOT, env, stdio: ['ignore', 'pipe', 'pipe'] });
  endWithUs(child);
  const exited = once(child, 'exit');
  const tooLong = setTimeout(() => child.kill('SIGKILL'), GIVE_UP_MS);
  try {
    const addresses = await readAddresses(child);
    const startMs = performance.now() - startedMs;
    await assertServes(addresses);
    return { startMs, ...(await watchIdle(child.pid ?? 0)) };
  } finally {
    child.kill('SIGTERM');
    await exited;
    clearTimeout(tooLong);
  }
};

const limitResult = (name: string, limit: number, unit: string, values: number[]): BenchResult => ({
  name,
  ratio: limit / median(values),
  bar: 1,
  unit,
  ours: median(values),
  theirs: limit,
  detail: { 'all rounds': raw(values) },
});

export const run = async ({ rounds = ROUNDS }: BenchOptions): Promise<BenchResult[]> => {
  const folder = await mkdtemp(join(tmpdir(), 'bench-start-'));
  const measured: Measured[] = [];
  try {
    for (let round = 0; round < rounds; round += 1) measured.push(await measureStart(join(folder, String(round))));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  const startMs = measured.map((each) => each.startMs);
  const idle = measured.flatMap(({ idleMebibytes }) => idleMebibytes ?? []);
  const busy = measured.flatMap(({ idleProcessorMs }) => idleProcessorMs ?? []);
  const start = limitResult('start of the whole estate until its addresses are printed', START_LIMIT_MS, 'ms', startMs);
  if (idle.length === 0) return [start]; // no /proc on this system
  const memory = limitResult(`memory ${IDLE_MS / 1_000} s after the start, idle`, MEMORY_LIMIT_MEBIBYTES, 'MiB', idle);
  memory.detail[`processor time in these ${IDLE_MS / 1_000} s, ms`] = median(busy);
  memory.detail['processor time, all rounds'] = raw(busy);
  return [start, memory];
};

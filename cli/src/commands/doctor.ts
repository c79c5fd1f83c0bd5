import { statfs } from 'node:fs/promises';
import { createServer } from 'node:net';
import { availableParallelism, totalmem } from 'node:os';
import { DirectoryOwnedError, ownDirectory, readConfiguration, tryEngines, tryStores } from '@verifiedfan/platform';
import { toError } from '@verifiedfan/worker';
import { resources } from '@verifiedfan/workers/resources';
import { BAD_OUTCOME, DONE, printJson } from '../output/io.ts';
import { formatTable } from '../output/table.ts';
import type { CommandRun } from '../run/context.ts';

type Finding = { check: string; ok: boolean; detail: string };

const MIN_FREE_BYTES = 1_073_741_824;
/** Where `start` listens when nobody says otherwise. */
const DEFAULT_PORTS = [8080, 8081, 8082, 8083];

/** Checks the machine, the configuration, the data directory and the stores that are in it; changes nothing that is stored. */
export const doctor: CommandRun<object> = async ({ io, json, directory }) => {
  const findings: Finding[] = [
    checkNode(),
    checkConfiguration(),
    checkDirectory(directory),
    await checkDisk(directory),
    await checkEngines(directory),
    await checkStores(directory),
    await checkPorts(),
    checkMachine(),
  ];
  if (json) printJson(io, findings);
  else
    io.out(
      formatTable(
        ['check', '', 'detail'],
        findings.map(({ check, ok, detail }) => [check, ok ? 'ok' : 'BAD', detail]),
      ),
    );
  return findings.every(({ ok }) => ok) ? DONE : BAD_OUTCOME;
};

const checkNode = (): Finding => {
  const major = Number(process.versions.node.split('.')[0]);
  return { check: 'Node', ok: major >= 24, detail: `${process.version}; 24 or newer is needed` };
};

const checkConfiguration = (): Finding => {
  const check = 'configuration';
  try {
    const { logLevel } = readConfiguration();
    return { check, ok: true, detail: `LOG_LEVEL is ${logLevel}` };
  } catch (error) {
    return { check, ok: false, detail: toError(error).message };
  }
};

const checkDirectory = (directory: string): Finding => {
  const check = 'data directory';
  try {
    ownDirectory(directory, { pid: process.pid, command: 'doctor' }).release();
    return { check, ok: true, detail: `${directory} can be written` };
  } catch (error) {
    return { check, ok: error instanceof DirectoryOwnedError, detail: toError(error).message };
  }
};

const checkDisk = async (directory: string): Promise<Finding> => {
  const { bavail, bsize } = await statfs(directory).catch(() => ({ bavail: 0, bsize: 0 }));
  const free = bavail * bsize;
  const detail = `${Math.round(free / 1_048_576).toLocaleString('en')} MiB free; a million registrants take about 1 GiB`;
  return { check: 'disk', ok: free >= MIN_FREE_BYTES, detail };
};

/** The native engine is loaded here; without a prebuilt binary for this machine it cannot be. */
const checkEngines = async (directory: string): Promise<Finding> => {
  const check = 'storage engines';
  try {
    await tryEngines(directory);
    return { check, ok: true, detail: 'LevelDB and SQLite can be loaded' };
  } catch (error) {
    return { check, ok: false, detail: toError(error).message };
  }
};

/** Stores of another version, and damaged ones. Those of a running process are its own business. */
const checkStores = async (directory: string): Promise<Finding> => {
  const check = 'stores';
  try {
    const lock = ownDirectory(directory, { pid: process.pid, command: 'doctor' });
    try {
      const faults = await tryStores({ directory, catalogue: resources });
      if (faults.length === 0) return { check, ok: true, detail: 'can be read by this version' };
      const detail = `${faults.map(({ message }) => message).join('; ')}; load into a new directory with --data`;
      return { check, ok: false, detail };
    } finally {
      lock.release();
    }
  } catch (error) {
    const detail = error instanceof DirectoryOwnedError ? 'not looked at while a process works on them' : undefined;
    return { check, ok: detail !== undefined, detail: detail ?? toError(error).message };
  }
};

/** A taken port is no fault of the machine, and a running `start` has taken them itself. */
const checkPorts = async (): Promise<Finding> => {
  const free = await Promise.all(DEFAULT_PORTS.map(isFree));
  const taken = DEFAULT_PORTS.filter((_, at) => !free[at]);
  const detail =
    taken.length === 0
      ? `${DEFAULT_PORTS.join(', ')} are free`
      : `${taken.join(', ')} are in use, by a running start or by another program: then choose others with start --port`;
  return { check: 'ports', ok: true, detail };
};

const isFree = (port: number): Promise<boolean> =>
  new Promise((done) => {
    const server = createServer();
    server.once('error', () => done(false));
    server.listen(port, '127.0.0.1', () => server.close(() => done(true)));
  });

const checkMachine = (): Finding => ({
  check: 'machine',
  ok: true,
  detail: `${availableParallelism()} cores, ${Math.round(totalmem() / 1_073_741_824)} GiB of memory`,
});

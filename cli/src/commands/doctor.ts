import { statfs } from 'node:fs/promises';
import { availableParallelism, totalmem } from 'node:os';
import { DirectoryOwnedError, ownDirectory, tryEngines } from '@verifiedfan/platform';
import type { CommandIo } from '../io.ts';
import { BAD_OUTCOME, DONE, printJson } from '../io.ts';
import { formatTable } from '../report/table.ts';

type Finding = { check: string; ok: boolean; detail: string };

const MIN_FREE_BYTES = 1_073_741_824;

/** Checks the machine and the data directory; does not open the stores. */
export const doctor = async ({
  io,
  json,
  directory,
}: {
  io: CommandIo;
  json: boolean;
  directory: string;
}): Promise<number> => {
  const findings: Finding[] = [
    checkNode(),
    checkDirectory(directory),
    await checkDisk(directory),
    await checkEngine(directory),
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

const checkDirectory = (directory: string): Finding => {
  const check = 'data directory';
  try {
    ownDirectory(directory, { pid: process.pid, command: 'doctor' }).release();
    return { check, ok: true, detail: `${directory} can be written` };
  } catch (error) {
    const owned = error instanceof DirectoryOwnedError;
    return { check, ok: owned, detail: error instanceof Error ? error.message : 'cannot be opened' };
  }
};

const checkDisk = async (directory: string): Promise<Finding> => {
  const { bavail, bsize } = await statfs(directory).catch(() => ({ bavail: 0, bsize: 0 }));
  const free = bavail * bsize;
  return {
    check: 'disk',
    ok: free >= MIN_FREE_BYTES,
    detail: `${Math.round(free / 1_048_576).toLocaleString('en')} MiB free; a million registrants take about 1 GiB`,
  };
};

/** The native engine is loaded here; without a prebuilt binary for this machine it cannot be. */
const checkEngine = async (directory: string): Promise<Finding> => {
  const check = 'storage engines';
  try {
    await tryEngines(directory);
    return { check, ok: true, detail: 'LevelDB and SQLite can be loaded' };
  } catch (error) {
    return { check, ok: false, detail: error instanceof Error ? error.message : 'cannot be loaded' };
  }
};

const checkMachine = (): Finding => ({
  check: 'machine',
  ok: true,
  detail: `${availableParallelism()} cores, ${Math.round(totalmem() / 1_073_741_824)} GiB of memory`,
});

import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** One process of the machine. */
export type ProcessEntry = {
  pid: number;
  parent: number;
  group: number;
  /** A process that has ended and that nobody has asked about yet. */
  ended: boolean;
  /** When it began, in the machine's own unit: tells a process from a later one with the same number. */
  began: string;
};

const POLL_MS = 25;

/** A line of /proc/<pid>/stat; the name in parentheses may hold anything, spaces and parentheses included. */
export const parseStat = (line: string): ProcessEntry | undefined => {
  const fields = line.slice(line.lastIndexOf(')') + 2).split(' ');
  const [state, parent, group] = fields;
  const began = fields[19];
  if (state === undefined || began === undefined) return undefined;
  const ended = state === 'Z' || state === 'X';
  return { pid: Number.parseInt(line, 10), parent: Number(parent), group: Number(group), ended, began };
};

const readStat = (pid: string | number): ProcessEntry | undefined => {
  try {
    return parseStat(readFileSync(`/proc/${pid}/stat`, 'latin1'));
  } catch {
    return undefined;
  }
};

/** Where there is no /proc, as on macOS. */
const listByPs = (): ProcessEntry[] => {
  const options = { encoding: 'utf8' as const, env: { ...process.env, LC_ALL: 'C', TZ: 'UTC' } };
  const lines = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,pgid=,stat=,lstart='], options).split('\n');
  return lines.flatMap((line) => {
    const [pid, parent, group, state = '', ...began] = line.trim().split(/\s+/);
    if (!pid) return [];
    const ended = state.startsWith('Z');
    return [{ pid: Number(pid), parent: Number(parent), group: Number(group), ended, began: began.join(' ') }];
  });
};

/** Every process of the machine. */
export const listProcesses = (): ProcessEntry[] => {
  if (process.platform !== 'linux') return listByPs();
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => readStat(pid) ?? []);
};

/** A process by its number; undefined when there is none or it has ended. */
export const findProcess = (pid: number): ProcessEntry | undefined => {
  const found = process.platform === 'linux' ? readStat(pid) : listByPs().find((each) => each.pid === pid);
  return found?.ended ? undefined : found;
};

/** Who is meant by a pid that was written down: the number alone may be somebody else's by now. */
export type Identity = { pid: number; began: string };

export const identify = (pid: number): Identity => ({ pid, began: findProcess(pid)?.began ?? '' });

export const isAlive = ({ pid, began }: Identity): boolean => findProcess(pid)?.began === began;

/** The process, its group and all descendants, as far as they still run. Functions of ministack have groups of their own. */
export const familyOf = (leader: number, processes: readonly ProcessEntry[] = listProcesses()): Set<number> => {
  const family = new Set<number>([leader]);
  for (let before = 0; before !== family.size; ) {
    before = family.size;
    for (const { pid, parent, group } of processes) if (group === leader || family.has(parent)) family.add(pid);
  }
  const alive = new Set(processes.filter(({ ended }) => !ended).map(({ pid }) => pid));
  return family.intersection(alive);
};

const send = (pid: number, signal: NodeJS.Signals): void => {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended in the meantime.
  }
};

const untilGone = async (identities: readonly Identity[], durationMs: number): Promise<boolean> => {
  for (let waited = 0; waited <= durationMs; waited += POLL_MS) {
    if (!identities.some(isAlive)) return true;
    await sleep(POLL_MS);
  }
  return false;
};

/** What a leader left behind gets to end by itself. */
const ORPHAN_GRACE_MS = 1_000;

/**
 * Ends a process that leads a group, with all that it has begun: `signal` to the group, SIGTERM to whoever is left when the leader is gone,
 * at the latest after `graceMs`, SIGKILL at last. Resolves once all are gone. A process that is not the one written down is left alone.
 */
export const endFamily = async (
  leader: Identity,
  { signal = 'SIGTERM', graceMs = 10_000 }: { signal?: NodeJS.Signals; graceMs?: number } = {},
): Promise<void> => {
  if (!isAlive(leader)) return;
  const family = [...familyOf(leader.pid)].map(identify);
  send(-leader.pid, signal);
  await untilGone([leader], graceMs);
  const orphans = [...family, ...[...familyOf(leader.pid)].map(identify)].filter(isAlive);
  for (const { pid } of orphans) send(pid, 'SIGTERM');
  await untilGone(orphans, Math.min(graceMs, ORPHAN_GRACE_MS));
  for (const { pid } of orphans.filter(isAlive)) send(pid, 'SIGKILL');
  await untilGone(orphans, graceMs);
};

import { readFileSync } from 'node:fs';

/** Resident memory of processes, in MiB; null where /proc does not tell. */
export const memoryOf = (pids: Iterable<number>): number | null => {
  let kibibytes = 0;
  for (const pid of pids) {
    try {
      kibibytes += Number(/^VmRSS:\s*(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0);
    } catch {
      // Ended in the meantime, or a system without /proc.
    }
  }
  return kibibytes === 0 ? null : Math.round(kibibytes / 1_024);
};

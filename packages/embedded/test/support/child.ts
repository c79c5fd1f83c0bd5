import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

export type KilledChild = {
  /** The lines that the child had printed when it was killed: what it had been told is done. */
  lines: string[];
  signal: NodeJS.Signals | null;
};

/**
 * Runs a script that prints a line for everything that was acknowledged to it, and kills it without warning in the middle of its work,
 * once it has printed `after` lines.
 */
export const runAndKill = (script: string, args: readonly string[], after: number): Promise<KilledChild> =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [script, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
    const lines: string[] = [];
    createInterface({ input: child.stdout }).on('line', (line) => {
      lines.push(line);
      if (lines.length === after) child.kill('SIGKILL');
    });
    child.on('error', reject);
    child.on('close', (_code, signal) => resolve({ lines, signal }));
  });

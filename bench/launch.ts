import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export const ROOT = join(import.meta.dirname, '..');
export const CLI = join(ROOT, 'cli/bin/verifiedfan.js');

/** How the command starts itself, read from its first line; both sides of a comparison are started so. */
export const readLaunch = (): { env: NodeJS.ProcessEnv; flags: string[] } => {
  const [line = ''] = readFileSync(CLI, 'utf8').split('\n', 1);
  const words = line.replace(/^#!\S+ -S /, '').split(' ');
  const node = words.indexOf('node');
  if (node < 0) throw new TypeError(`${CLI} does not say how it is started`);
  const settings = words.slice(0, node).map((word) => word.split('=') as [string, string]);
  return { env: { ...process.env, ...Object.fromEntries(settings) }, flags: words.slice(node + 1) };
};

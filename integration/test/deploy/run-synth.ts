import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { cacheFolder, withLock } from '../../src/index.ts';

const ROOT = resolve(import.meta.dirname, '../../..');
const APP = join(ROOT, 'runtime/aws');

/** Runs a program of the repository to its end; throws with what it printed unless it ends with 0. */
const run = async (command: string, args: readonly string[]): Promise<void> => {
  const child = spawn(command, args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] });
  let printed = '';
  for (const output of [child.stdout, child.stderr]) output.setEncoding('utf8').on('data', (text) => (printed += text));
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${code}:\n${printed}`);
};

/** The app has a lockfile of its own, which the repository's `npm ci` leaves alone. */
export const installApp = (): Promise<void> =>
  withLock(join(cacheFolder(), 'aws-app.lock'), async () => {
    // Written by npm when everything is there.
    if (existsSync(join(APP, 'node_modules/.package-lock.json'))) return;
    process.stderr.write('installing CDK for runtime/aws, which has a lockfile of its own: about 220 MB\n');
    await run('npm', ['--prefix', APP, 'ci', '--no-audit', '--no-fund']);
  });

export type SynthOptions = {
  /** Gets the templates and their assets. */
  out: string;
  /** Has a folder for each worker. */
  bundles: string;
  /** As `npm run synth -- -c name=value` takes it. */
  context: Readonly<Record<string, string>>;
};

/** What `npm run synth` does, into a folder of its own. Throws with what it printed, such as the context that is missing. */
export const runSynth = async ({ out, bundles, context }: SynthOptions): Promise<void> => {
  await installApp();
  const settings = Object.entries(context).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  await run(process.execPath, [join(APP, 'src/synth.ts'), '--out', out, '--bundles', bundles, ...settings]);
};

import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder, withLock } from '../../src/index.ts';
import { withPinnedNode } from '../../src/servers/paths.ts';
import { findPrograms, runLogged } from '../../src/servers/programs.ts';

/** AWS's own client of the runtime interface. It brings curl and its C++ client as sources, which are built when it is installed. */
const PACKAGE = 'aws-lambda-ric';
const VERSION = '4.0.2';
/** What the build needs, with Debian's packages of them. */
const PROGRAMS = { cmake: 'cmake', 'g++': 'g++', make: 'make', python3: 'python3', xz: 'xz-utils' } as const;

/** Why it cannot be built on this machine; undefined where it can. */
export const reasonAgainst = (): string | undefined =>
  process.platform === 'linux' ? undefined : `${PACKAGE} ${VERSION} builds on Linux alone, as its own scripts say`;

const missingPrograms = (): (keyof typeof PROGRAMS)[] =>
  (Object.keys(PROGRAMS) as (keyof typeof PROGRAMS)[]).filter((program) => findPrograms([program]) === undefined);

/** As root on a machine with apt, gets what the build needs; throws what somebody has to install otherwise. */
const requireCompiler = async (log: string): Promise<void> => {
  const missing = missingPrograms();
  if (missing.length === 0) return;
  const packages = missing.map((program) => PROGRAMS[program]);
  if (process.getuid?.() !== 0 || findPrograms(['apt-get']) === undefined)
    throw new Error(`${PACKAGE} is built with ${missing.join(', ')}: apt-get install ${packages.join(' ')}`);
  const environment = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const options = { cwd: cacheFolder(), log, environment, failure: 'install_failed' as const };
  await runLogged('apt-get', ['update'], options);
  await runLogged('apt-get', ['install', '-y', '--no-install-recommends', ...packages], options);
};

const build = async (folder: string, log: string): Promise<void> => {
  await requireCompiler(log);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const manifest = { name: 'interface-client', version: '1.0.0', private: true, allowScripts: { [PACKAGE]: true } };
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest));
  const install = (args: readonly string[], variables: NodeJS.ProcessEnv = {}): Promise<void> =>
    runLogged('npm', ['install', '--prefix', folder, '--no-audit', '--no-fund', '--save-exact', ...args], {
      ...{ cwd: folder, log, failure: 'install_failed' },
      environment: { ...withPinnedNode(), ...variables },
    });
  // The headers of this very Node, from the package that the repository has its Node from.
  const headers = `node-linux-${process.arch}`;
  await install(['--ignore-scripts', `${headers}@${process.versions.node}`]);
  // As node-gyp reads it.
  await install([`${PACKAGE}@${VERSION}`], { npm_config_nodedir: join(folder, 'node_modules', headers) });
};

/**
 * Resolves with the program, built beside the servers: about a minute the first time on two cores, nothing later. Throws with the end of the
 * build's log.
 */
export const installInterfaceClient = async (): Promise<string> => {
  const cache = cacheFolder();
  const name = `lambda-interface-client-${VERSION}-node-${process.versions.node}`;
  const [folder, partial] = [join(cache, name), join(cache, '.partial-lambda-interface-client')];
  await withLock(join(cache, '.lock-lambda-interface-client'), async () => {
    if (existsSync(folder)) return;
    mkdirSync(join(cache, 'logs'), { recursive: true });
    await build(partial, join(cache, 'logs', 'install-lambda-interface-client.log'));
    // A killed build leaves nothing that looks like one.
    renameSync(partial, folder);
  });
  return join(folder, 'node_modules', PACKAGE, 'index.mjs');
};

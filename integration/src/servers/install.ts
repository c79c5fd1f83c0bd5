import { mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Recipe, ServerName } from './definition.ts';
import { ServersError } from './errors.ts';
import { withLock } from './lock.ts';
import { findPrograms, missingPrograms, runLogged } from './programs.ts';
import { cook, coordinates, isMainProof, type PackageRecipe, proofs } from './recipes.ts';
import { SERVERS } from './table.ts';

/** Written last: a folder without it, or that differs from it, is no installation. */
const MARKER = 'installed.json';
type Marker = { what: string; sizes: Record<string, number> };

export type InstallOptions = {
  cache: string;
  /** Told what happens, one line each. */
  say: (line: string) => void;
  /** Nothing new is begun after it has aborted. */
  signal?: AbortSignal | undefined;
};

const sizesOf = (recipe: PackageRecipe, version: string, folder: string): Record<string, number> =>
  Object.fromEntries(proofs(recipe, version, folder).map((file) => [file, statSync(join(folder, file)).size]));

/** Whether the folder holds what was installed, whole. */
export const isInstalled = (recipe: PackageRecipe, version: string, folder: string): boolean => {
  try {
    const marker = JSON.parse(readFileSync(join(folder, MARKER), 'utf8')) as Marker;
    if (marker.what !== coordinates(recipe, version)) return false;
    return JSON.stringify(marker.sizes) === JSON.stringify(sizesOf(recipe, version, folder));
  } catch {
    return false;
  }
};

type Package = { recipe: PackageRecipe; version: string };

/** Installs beside its place and renames: whoever is killed in between leaves nothing that looks installed. */
const installPackage = async (name: string, { recipe, version }: Package, { cache, say }: InstallOptions) => {
  const folder = join(cache, `${name}-${version}`);
  const partial = join(cache, `.partial-${name}`);
  const log = join(cache, 'logs', `install-${name}.log`);
  const what = coordinates(recipe, version);
  if (isInstalled(recipe, version, folder)) return folder;
  // One lock per registry, since Maven's own cache is not made for two at once.
  await withLock(
    join(cache, `.lock-${recipe.kind}`),
    async () => {
      if (isInstalled(recipe, version, folder)) return;
      say(`installing ${what}`);
      rmSync(partial, { recursive: true, force: true });
      mkdirSync(join(cache, 'logs'), { recursive: true });
      rmSync(log, { force: true });
      await cook({ recipe, version, folder: partial, log });
      const sizes = sizesOf(recipe, version, partial);
      if (!Object.keys(sizes).some((file) => isMainProof(recipe, version, file))) {
        throw new ServersError({
          code: 'install_failed',
          message: `${what} was installed, but is not there: see ${log}`,
        });
      }
      writeFileSync(join(partial, MARKER), `${JSON.stringify({ what, sizes } satisfies Marker, null, 2)}\n`);
      rmSync(folder, { recursive: true, force: true });
      renameSync(partial, folder);
    },
    { onWait: ({ pid }) => say(`waiting for process ${pid}, which installs`) },
  );
  return folder;
};

/** Takes what the machine has; as root on a machine with apt, gets it. */
const installSystem = async (recipe: Extract<Recipe, { kind: 'system' }>, { cache, say }: InstallOptions) => {
  const { apt, programs, folders } = recipe;
  const found = findPrograms(programs, folders);
  if (found !== undefined) return found;
  if (process.getuid?.() !== 0 || findPrograms(['apt-get']) === undefined) throw missingPrograms(programs, apt);
  const log = join(cache, 'logs', `install-${apt}.log`);
  await withLock(join(cache, '.lock-apt'), async () => {
    if (findPrograms(programs, folders) !== undefined) return;
    say(`installing ${apt} by apt-get`);
    mkdirSync(join(cache, 'logs'), { recursive: true });
    const environment = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    const options = { cwd: cache, log, environment, failure: 'install_failed' as const };
    const wait = ['-o', 'DPkg::Lock::Timeout=300'];
    await runLogged('apt-get', ['update', ...wait], options);
    await runLogged('apt-get', ['install', '-y', '--no-install-recommends', ...wait, apt], options);
  });
  const folder = findPrograms(programs, folders);
  if (folder === undefined) throw missingPrograms(programs, apt);
  return folder;
};

/** Makes sure that a server is there and whole; resolves with its folder. Does nothing the second time. */
export const installServer = async (name: ServerName, options: InstallOptions): Promise<string> => {
  const { recipe, version } = SERVERS[name];
  options.signal?.throwIfAborted();
  return recipe.kind === 'system' ? installSystem(recipe, options) : installPackage(name, { recipe, version }, options);
};

/** The same for a program that is no server, such as a tester. */
export const installTool = async (name: string, tool: Package, options: InstallOptions): Promise<string> => {
  options.signal?.throwIfAborted();
  mkdirSync(options.cache, { recursive: true });
  return installPackage(name, tool, options);
};

/** All of them: registries side by side, one after the other within each. Waits for all before it throws what went wrong. */
export const installServers = async (names: readonly ServerName[], options: InstallOptions): Promise<void> => {
  mkdirSync(options.cache, { recursive: true });
  const kinds = Map.groupBy(names, (name) => SERVERS[name].recipe.kind);
  const failures: unknown[] = [];
  await Promise.all(
    [...kinds.values()].map(async (group) => {
      for (const name of group) await installServer(name, options).catch((error: unknown) => failures.push(error));
    }),
  );
  const [first] = failures;
  if (failures.length === 1) throw first;
  if (first === undefined) return;
  const message = failures.map((failure) => (failure instanceof Error ? failure.message : String(failure))).join('\n');
  const code = first instanceof ServersError ? first.code : 'install_failed';
  throw new ServersError({ code, message, cause: new AggregateError(failures) });
};

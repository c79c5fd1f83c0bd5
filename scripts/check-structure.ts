/**
 * Checks three rules that keep the house easy to see: dependencies point down, only the platform reads the environment, the clock
 * and chance, and every import of a workspace is declared in its package.json.
 */
import { readFileSync } from 'node:fs';
import { listSourceFiles } from './source-files.ts';

/** Who stands on whom: a folder may import from folders of a lower number, and drivers inside packages from `ports`. */
const LAYERS: readonly (readonly [prefix: string, layer: number])[] = [
  ['packages/', 0],
  ['sandbox/', 1],
  ['services/', 1],
  ['workers/', 1],
  ['runtime/', 2],
  ['cli/', 3],
  ['bench/', 4],
  ['integration/', 4],
];

/** Drivers of ports: nothing but the one place that wires may import them, except tests and benchmarks. */
const DRIVERS = ['aws', 'embedded', 'kafka', 'mongodb', 'redis', 'unleash'].map((name) => `@verifiedfan/${name}`);
const WIRING = ['runtime/platform/', 'bench/', 'integration/', 'packages/conformance/'];

/** Not a workspace, since its packages are large: what it imports of ours it finds in the repository around it, and cannot declare. */
const APART = 'runtime/aws/';

/** The few sources that are allowed to ask the system itself. */
const SYSTEM_SOURCES = [
  'packages/embedded/src/local/system.ts',
  'packages/log/src/process-log.ts',
  'runtime/platform/src/configuration.ts',
];
const SYSTEM_CALLS: readonly (readonly [RegExp, string])[] = [
  [/\bprocess\.env\b/, 'reads the environment'],
  [/\bDate\.now\(\)/, 'reads the clock'],
  [/\bnew Date\(\)/, 'reads the clock'],
  [/\bMath\.random\(\)/, 'asks for chance'],
  [/\brandomUUID\(/, 'asks for chance'],
  [/\brandomBytes\(/, 'asks for chance'],
];

const layerOf = (file: string): number =>
  LAYERS.find(([prefix]) => file.startsWith(prefix))?.[1] ?? Number.POSITIVE_INFINITY;

const withoutComments = (text: string): string =>
  text.replace(/\/\*[\s\S]*?\*\//g, (comment) => comment.replace(/[^\n]/g, ' ')).replace(/(^|[^:'"`])\/\/.*$/gm, '$1');

const packageFolders = (): Map<string, string> =>
  new Map(
    listSourceFiles('package.json').map((file) => {
      const { name } = JSON.parse(readFileSync(file, 'utf8')) as { name: string };
      return [name, `${file.slice(0, -'package.json'.length)}`];
    }),
  );

const importsOf = (text: string): string[] =>
  [
    ...text.matchAll(
      /(?:^|\n)\s*(?:import|export)\b[^'"`;]*?from\s+'(@verifiedfan\/[a-z0-9-]+)[^']*'|import\('(@verifiedfan\/[a-z0-9-]+)[^']*'\)/g,
    ),
  ].flatMap(([, fixed, dynamic]) => fixed ?? dynamic ?? []);

/** What is wrong with one file. */
export const checkFile = (
  file: string,
  text: string,
  folders: ReadonlyMap<string, string>,
  declared: ReadonlySet<string>,
): string[] => {
  const faults: string[] = [];
  const code = withoutComments(text);
  const isTest = /(^|\/)(test|testing)\//.test(file) || file.endsWith('.test.ts');
  const own = [...folders].find(([, folder]) => folder !== './' && file.startsWith(folder))?.[0];
  for (const name of new Set(importsOf(code))) {
    if (name === own) continue;
    const target = folders.get(name);
    if (target === undefined) faults.push(`${file}: ${name} is no workspace`);
    else if (layerOf(target) > layerOf(file)) faults.push(`${file}: imports ${name}, which stands above it`);
    if (!isTest && DRIVERS.includes(name) && !WIRING.some((prefix) => file.startsWith(prefix)))
      faults.push(`${file}: imports the driver ${name}; only runtime/platform constructs drivers`);
    if (!declared.has(name) && !isTest && !file.startsWith(APART))
      faults.push(`${file}: ${name} is not declared in its package.json`);
  }
  if (
    isTest ||
    file.startsWith('bench/') ||
    file.startsWith('integration/') ||
    file.startsWith('scripts/') ||
    SYSTEM_SOURCES.includes(file)
  )
    return faults;
  for (const [pattern, what] of SYSTEM_CALLS)
    if (pattern.test(code)) faults.push(`${file}: ${what}; take a port instead`);
  return faults;
};

const declaredBy = (file: string, folders: ReadonlyMap<string, string>): ReadonlySet<string> => {
  const folder = [...folders.values()].find((each) => each !== './' && file.startsWith(each));
  if (folder === undefined) return new Set();
  const { dependencies = {}, devDependencies = {} } = JSON.parse(
    readFileSync(`${folder}package.json`, 'utf8'),
  ) as Record<string, Record<string, string>>;
  return new Set([...Object.keys(dependencies), ...Object.keys(devDependencies)]);
};

/** Runtime dependencies from outside that docs/dependencies.md does not give a reason for. */
export const undocumented = (
  manifests: readonly { name: string; dependencies?: Record<string, string> }[],
  document: string,
): string[] =>
  manifests.flatMap(({ name, dependencies = {} }) =>
    Object.keys(dependencies)
      .filter((dependency) => !dependency.startsWith('@verifiedfan/') && !document.includes(`\`${dependency}\``))
      .map((dependency) => `${name}: docs/dependencies.md does not say why ${dependency} is there`),
  );

if (import.meta.main) {
  const folders = packageFolders();
  const faults = listSourceFiles('.ts')
    .filter((file) => !file.startsWith('scripts/'))
    .flatMap((file) => checkFile(file, readFileSync(file, 'utf8'), folders, declaredBy(file, folders)));
  const manifests = listSourceFiles('package.json').map((file) => JSON.parse(readFileSync(file, 'utf8')));
  faults.push(...undocumented(manifests, readFileSync('docs/dependencies.md', 'utf8')));
  for (const fault of faults) console.error(fault);
  if (faults.length > 0) {
    console.error(`${faults.length} faults of structure`);
    process.exitCode = 1;
  }
}

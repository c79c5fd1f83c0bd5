/**
 * Rewrites the fields that every workspace package shares, so that all of them look alike.
 * `--check` changes nothing and exits with 1 when a package differs from the template.
 */
import { existsSync, globSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname } from 'node:path';

type PackageJson = {
  name?: string;
  version?: string;
  private?: boolean;
  description?: string;
  [field: string]: unknown;
};

const root = JSON.parse(readFileSync('package.json', 'utf8')) as { workspaces: string[]; license: string };

/** Fields in the order in which they are written; a package keeps its own description, dependencies and bin. */
const shared = (folder: string, own: PackageJson): PackageJson => ({
  name: own.name ?? `@verifiedfan/${basename(folder)}`,
  version: own.version ?? '0.1.0',
  ...(folder.startsWith('packages/') ? {} : { private: true }),
  description: own.description ?? '',
  license: root.license,
  type: 'module',
  exports: (own.exports as object | undefined) ?? {
    '.': existsSync(`${folder}/src/index.ts`) ? './src/index.ts' : './index.ts',
  },
  ...pick(own, ['bin', 'dependencies', 'optionalDependencies', 'peerDependencies', 'devDependencies']),
});

const pick = (own: PackageJson, fields: string[]): Record<string, unknown> =>
  Object.fromEntries(fields.filter((field) => own[field] !== undefined).map((field) => [field, own[field]]));

const checkOnly = process.argv.includes('--check');
const different: string[] = [];
for (const file of root.workspaces.flatMap((pattern) => globSync(`${pattern}/package.json`)).sort()) {
  const before = readFileSync(file, 'utf8');
  const after = `${JSON.stringify(shared(dirname(file), JSON.parse(before) as PackageJson), null, 2)}\n`;
  if (after === before) continue;
  different.push(file);
  if (!checkOnly) writeFileSync(file, after);
}
if (checkOnly && different.length > 0) {
  console.error(`These differ from the shared template; run "npm run packages":\n  ${different.join('\n  ')}`);
  process.exitCode = 1;
}

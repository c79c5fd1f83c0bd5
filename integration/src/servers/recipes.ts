import { globSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Recipe } from './definition.ts';
import { requirePrograms, runLogged } from './programs.ts';

export type PackageRecipe = Exclude<Recipe, { kind: 'system' }>;

export type RecipeStep = { recipe: PackageRecipe; version: string; folder: string; log: string };

const REQUIRED: Readonly<Record<PackageRecipe['kind'], readonly string[]>> = {
  pip: ['python3'],
  maven: ['java', 'mvn'],
  npm: ['npm'],
};

/** What a recipe installs, in the notation of its registry. */
export const coordinates = (recipe: PackageRecipe, version: string): string => {
  if (recipe.kind === 'pip') return `${recipe.package}${recipe.extras ? `[${recipe.extras}]` : ''}==${version}`;
  if (recipe.kind === 'npm') return `${recipe.package}@${version}`;
  return `${recipe.group}:${recipe.artifact}:${version}`;
};

/** Files that must be there, with their sizes unchanged, for an installation to be whole; paths from its folder. */
export const proofs = (recipe: PackageRecipe, version: string, folder: string): string[] => {
  if (recipe.kind === 'maven') return globSync('*.{jar,so,dylib,dll}', { cwd: folder }).sort();
  if (recipe.kind === 'npm') return [`node_modules/${recipe.package}/package.json`, 'package-lock.json'];
  // Spelled as the binary distribution format wants it: cfn-lint lies in cfn_lint-1.58.0.dist-info.
  const name = recipe.package.toLowerCase().replaceAll(/[-_.]+/g, '_');
  const information = `lib/python*/site-packages/${name}-${version}.dist-info/{METADATA,RECORD}`;
  return [...globSync(information, { cwd: folder }), ...globSync('pyvenv.cfg', { cwd: folder })].sort();
};

/** Whether a proof is the one without which nothing was installed at all. */
export const isMainProof = (recipe: PackageRecipe, version: string, file: string): boolean => {
  if (recipe.kind === 'maven') return file === `${recipe.artifact}-${version}.jar`;
  return file.endsWith(recipe.kind === 'npm' ? '/package.json' : '/METADATA');
};

const pip = async ({ recipe, version, folder, log }: RecipeStep): Promise<void> => {
  const options = { cwd: folder, log, failure: 'install_failed' as const };
  await runLogged('python3', ['-m', 'venv', folder], options);
  const install = ['-m', 'pip', 'install', '--no-cache-dir', '--no-input', coordinates(recipe, version)];
  await runLogged(join(folder, 'bin/python'), install, options);
};

const pom = (recipe: Extract<PackageRecipe, { kind: 'maven' }>, version: string): string => `<project>
  <modelVersion>4.0.0</modelVersion>
  <groupId>verifiedfan</groupId><artifactId>servers</artifactId><version>1</version><packaging>pom</packaging>
  <dependencies>
    <dependency>
      <groupId>${recipe.group}</groupId><artifactId>${recipe.artifact}</artifactId><version>${version}</version>
    </dependency>
  </dependencies>
</project>
`;

const maven = async ({ recipe, version, folder, log }: RecipeStep): Promise<void> => {
  if (recipe.kind !== 'maven') return;
  writeFileSync(join(folder, 'pom.xml'), pom(recipe, version));
  // --strict-checksums: a jar that was cut short on its way fails here and not as a missing class.
  const copy = ['dependency:copy-dependencies', '-DincludeScope=runtime', `-DoutputDirectory=${folder}`];
  const args = ['--batch-mode', '--no-transfer-progress', '--strict-checksums', '-f', join(folder, 'pom.xml'), ...copy];
  await runLogged('mvn', args, { cwd: folder, log, failure: 'install_failed' });
};

const npm = async ({ recipe, version, folder, log }: RecipeStep): Promise<void> => {
  writeFileSync(join(folder, 'package.json'), '{ "name": "servers", "version": "1.0.0", "private": true }\n');
  const options = ['--no-audit', '--no-fund', '--omit=dev', '--save-exact', '--ignore-scripts'];
  await runLogged('npm', ['install', '--prefix', folder, ...options, coordinates(recipe, version)], {
    cwd: folder,
    log,
    failure: 'install_failed',
  });
};

const STEPS = { pip, maven, npm } satisfies Record<PackageRecipe['kind'], (step: RecipeStep) => Promise<void>>;

/** Installs into an empty folder that may be renamed afterwards. Throws `missing_program` or `install_failed`. */
export const cook = async (step: RecipeStep): Promise<void> => {
  const { recipe, version, folder } = step;
  requirePrograms(REQUIRED[recipe.kind], coordinates(recipe, version));
  mkdirSync(folder, { recursive: true });
  await STEPS[recipe.kind](step);
};

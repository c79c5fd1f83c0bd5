import type { Recipe, ServerName } from './definition.ts';
import type { ServerStatus } from './manager.ts';
import { coordinates } from './recipes.ts';
import { SERVERS } from './table.ts';

const columns = (rows: readonly (readonly string[])[]): string => {
  const widths = rows.reduce<number[]>(
    (widest, row) => row.map((cell, at) => Math.max(widest[at] ?? 0, cell.length)),
    [],
  );
  return rows
    .map(
      (row) =>
        `${row
          .map((cell, at) => cell.padEnd(widths[at] ?? 0))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('');
};

export const formatStatus = (servers: readonly ServerStatus[]): string =>
  columns([
    ['server', 'run', 'what', 'condition', 'address', 'pid', 'MiB'],
    ...servers.map(({ name, run, product, version, condition, address, pid, memoryMebibytes }) => [
      ...[name, run, `${product} ${version}`, condition, address ?? '-'],
      ...[String(pid ?? '-'), String(memoryMebibytes ?? '-')],
    ]),
  ]);

/** Lines that a shell takes as they are. */
export const formatVariables = (variables: Readonly<Record<string, string>>): string =>
  Object.entries(variables)
    .map(([name, value]) => `export ${name}='${value.replaceAll("'", `'\\''`)}'\n`)
    .join('');

const howInstalled = (recipe: Recipe, version: string): string =>
  recipe.kind === 'system' ? `apt: ${recipe.apt}` : `${recipe.kind}: ${coordinates(recipe, version)}`;

export const formatInstallable = (names: readonly ServerName[]) => {
  const rows = names.map((name) => {
    const { product, version, licence, standsFor, recipe, idleMebibytes, usualPort } = SERVERS[name];
    return {
      name,
      product,
      version,
      licence,
      standsFor,
      installedBy: howInstalled(recipe, version),
      idleMebibytes,
      usualPort,
    };
  });
  const text = columns([
    ['server', 'what', 'licence', 'installed by', 'MiB', 'stands for'],
    ...rows.map(({ name, product, version, licence, installedBy, idleMebibytes, standsFor }) => [
      ...[name, `${product} ${version}`, licence.replace(/ \(.*/, ''), installedBy, String(idleMebibytes), standsFor],
    ]),
  ]);
  return { rows, text };
};

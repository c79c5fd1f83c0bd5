import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Built } from './build-entries.ts';
import { makeCodeCaches } from './code-cache.ts';
import { archiveOf, pack, type ZipFile } from './zip.ts';

export type Bundled = {
  name: string;
  /** The folder that is deployed: `index.mjs`, which exports `handler`, a source map, and what is loaded late. */
  folder: string;
  /** The same as an archive. */
  archive: string;
  /** Of the code and its code cache, in bytes: as they are, and as they are in the archive. The source map is not counted. */
  bytes: number;
  zippedBytes: number;
  /** Every source file that went in, relative to the repository. */
  inputs: readonly string[];
};

/** Writes each bundle as a folder and as an archive, with a code cache where it can have one. */
export const writeBundles = <Name extends string>(
  built: readonly Built<Name>[],
  directory: string,
): (Bundled & { name: Name })[] => {
  const folderOf = (name: Name): string => join(directory, name);
  for (const { name, files, map } of built) writeFolder(folderOf(name), [...files, map]);
  const scripts = built.filter(({ isScript }) => isScript).map(({ name }) => name);
  const caches = scripts.length === 0 ? [] : makeCodeCaches(scripts.map(folderOf));
  return built.map(({ name, files, map, inputs }) => {
    const cache = caches[scripts.indexOf(name)];
    const code = cache === undefined ? files : [...files, cache];
    return { name, folder: folderOf(name), inputs, ...writeArchive(`${folderOf(name)}.zip`, code, map) };
  });
};

const writeFolder = (folder: string, files: readonly ZipFile[]): void => {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const { name, content } of files) writeFileSync(join(folder, name), content);
};

const writeArchive = (archive: string, code: readonly ZipFile[], map: ZipFile) => {
  const packed = code.map(pack);
  writeFileSync(archive, archiveOf([...packed, pack(map)]));
  const bytes = code.reduce((sum, { content }) => sum + content.length, 0);
  return { archive, bytes, zippedBytes: archiveOf(packed).length };
};

import { mkdirSync, writeFileSync } from 'node:fs';

/** A folder with a module for each worker, in place of its bundle. */
export const makeBundleFolders = (directory: string, workers: readonly string[]): string => {
  for (const worker of workers) {
    mkdirSync(`${directory}/lambda/${worker}`, { recursive: true });
    writeFileSync(`${directory}/lambda/${worker}/index.mjs`, 'export const handler = async () => null;\n');
  }
  return `${directory}/lambda`;
};

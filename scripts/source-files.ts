import { globSync } from 'node:fs';

const FOLDERS = ['packages', 'services', 'workers', 'runtime', 'sandbox', 'cli', 'bench', 'integration', 'scripts'];

/** Our own files whose name ends so, sorted, as paths from the root. */
export const listSourceFiles = (ending: string): string[] =>
  FOLDERS.flatMap((folder) =>
    globSync(`${folder}/**/*${ending}`, { exclude: (path) => path.endsWith('node_modules') || path === APART }),
  ).sort();

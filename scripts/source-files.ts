import { globSync } from 'node:fs';

const FOLDERS = ['packages', 'services', 'workers', 'runtime', 'sandbox', 'cli', 'bench', 'integration', 'scripts'];
/** An application of its own: not one of the workspaces, with other libraries and their own lockfile. */
const APART = 'runtime/aws';

/** Our own files whose name ends so, sorted, as paths from the root. */
export const listSourceFiles = (ending: string): string[] =>
  FOLDERS.flatMap((folder) =>
    globSync(`${folder}/**/*${ending}`, { exclude: (path) => path.endsWith('node_modules') || path === APART }),
  ).sort();

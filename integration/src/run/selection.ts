import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { isServerName, SERVER_NAMES, type ServerName } from '../servers/definition.ts';

/** A test file, from the test folder, with the servers that it wants. */
export type SelectedFile = { file: string; servers: ServerName[] };

const IMPORT = /(?:from|import)\s*\(?\s*'(\.{1,2}\/[^']+\.ts)'/g;

/** The file and what it imports from the test folder, so that a helper's wishes count too. */
const withImports = (file: string, testFolder: string, seen: Map<string, string> = new Map()): Map<string, string> => {
  if (seen.has(file) || !existsSync(file)) return seen;
  const text = readFileSync(file, 'utf8');
  seen.set(file, text);
  for (const [, path = ''] of text.matchAll(IMPORT)) {
    const imported = resolve(dirname(file), path);
    if (!relative(testFolder, imported).startsWith('..')) withImports(imported, testFolder, seen);
  }
  return seen;
};

/** Only through the harness does a test reach a server of the run. */
const HARNESS = /'(?:@verifiedfan\/integration|(?:\.\.\/)+src\/index\.ts)'/;

/**
 * The servers that a test file needs: those whose name stands in quotes in it or in a helper of the test folder, if any of them imports the
 * harness. One too many costs a second; one too few ends in an error that names it.
 */
export const serversOf = (file: string, testFolder: string): ServerName[] => {
  const text = [...withImports(file, testFolder).values()].join('\n');
  return HARNESS.test(text) ? SERVER_NAMES.filter((name) => text.includes(`'${name}'`)) : [];
};

/** The test files that are meant: all, or those that need one of the servers that are named, or whose path holds one of the other words. */
export const selectFiles = (wanted: readonly string[], testFolder: string): SelectedFile[] => {
  const isWanted = ({ file, servers }: SelectedFile): boolean =>
    wanted.some((each) => (isServerName(each) ? servers.includes(each) : file.includes(each)));
  return globSync('**/*.test.ts', { cwd: testFolder })
    .sort()
    .map((file) => ({ file, servers: serversOf(join(testFolder, file), testFolder) }))
    .filter((each) => wanted.length === 0 || isWanted(each));
};

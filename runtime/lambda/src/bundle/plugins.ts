import { readFileSync } from 'node:fs';
import type { Plugin } from 'esbuild';

/** The text that one bundle begins with, under the name of the bundle. */
export type Entry<Name extends string = string> = { name: Name; contents: string };

/** What the entries of a build are called behind: `entry:validateToken`. */
export const ENTRY = 'entry';

/** Reads the entries of a build from these texts, as if they lay in the directory. */
export const fromEntries = (entries: readonly Entry[], directory: string): Plugin => ({
  name: 'from-entries',
  setup(build) {
    build.onResolve({ filter: /^entry:/ }, ({ path }) => ({ path: path.slice(ENTRY.length + 1), namespace: ENTRY }));
    build.onLoad({ filter: /.*/, namespace: ENTRY }, ({ path }) => ({
      contents: entries.find(({ name }) => name === path)?.contents ?? '',
      resolveDir: directory,
      loader: 'js',
    }));
  },
});

/**
 * Our own packages do nothing when they are loaded, so what is not used of them can go, such as the embedded engines behind the platform's
 * index. esbuild would have to read that in every package.json.
 */
export const pureWorkspaces: Plugin = {
  name: 'pure-workspaces',
  setup(build) {
    const SEEN = Symbol('seen');
    build.onResolve(
      { filter: /^(@verifiedfan\/|\.\.?\/)/ },
      async ({ path, importer, resolveDir, kind, pluginData }) => {
        if (pluginData === SEEN || importer.includes('/node_modules/')) return undefined;
        const resolved = await build.resolve(path, { importer, resolveDir, kind, pluginData: SEEN });
        return resolved.errors.length > 0 ? resolved : { ...resolved, sideEffects: false };
      },
    );
  },
};

const OWN_REQUIRE = /createRequire\(import\.meta\.url\)\((?=')/g;

/**
 * Bundles what our packages load only when it is needed. esbuild follows a plain `require`, and leaves one that was made by hand to the
 * machine, where a function finds nothing.
 */
export const ownRequires: Plugin = {
  name: 'own-requires',
  setup(build) {
    build.onLoad({ filter: /[/\\]src[/\\].*\.ts$/ }, ({ path }) => {
      const text = readFileSync(path, 'utf8');
      if (path.includes('node_modules') || !text.includes('createRequire(')) return undefined;
      return { contents: text.replaceAll(OWN_REQUIRE, 'require('), loader: 'ts' };
    });
  },
};

const POLLING = /^@aws-sdk\/client-dynamodb-streams$/;

/** Leaves out what only a process that polls needs: Lambda reads the changes of a table on behalf of its functions. */
export const withoutPolling: Plugin = {
  name: 'without-polling',
  setup(build) {
    build.onResolve({ filter: POLLING }, ({ path }) => ({ path, namespace: 'polling' }));
    build.onLoad({ filter: /.*/, namespace: 'polling' }, ({ path }) => ({
      contents: NOT_HERE.replace('PACKAGE', path),
      loader: 'js',
    }));
  },
};

/** Every name of it throws; what interop code asks of any module does not. */
const NOT_HERE = `
const get = (target, name) => {
  if (typeof name === 'symbol' || name in target || ['__esModule', 'default', 'then'].includes(name)) return target[name];
  throw new Error('PACKAGE is not in this bundle: a function does not poll');
};
module.exports = Object.create(new Proxy({}, { get }));
`;

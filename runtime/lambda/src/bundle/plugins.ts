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

const LEFT_OUT = 'left-out';

/**
 * What the SDK would load in places where a function never is: Lambda reads the changes of a table on behalf of its functions, and hands them
 * their credentials in the environment. Without the latter little of the SDK is loaded late, so that what is not used of it can go.
 */
const NOT_IN_FUNCTIONS =
  /^(@aws-sdk\/client-dynamodb-streams|@aws-sdk\/credential-provider-(http|ini|login|process|sso|web-identity)|@smithy\/credential-provider-imds)$/;
/** Loaded late for answers that are streams of events, which none of our calls has; some clients also import it at once, for what they could do. */
const EVENT_STREAMS = /^@smithy\/core\/event-streams$/;
/** Where the SDK reads `~/.aws`, for every client anew: a function has its settings in the environment. */
const PROFILE_FILES = /[/\\]shared-ini-file-loader[/\\]readFile\.js$/;

export const withoutOtherPlaces: Plugin = {
  name: 'without-other-places',
  setup(build) {
    build.onResolve({ filter: NOT_IN_FUNCTIONS }, ({ path }) => ({ path, namespace: LEFT_OUT }));
    build.onResolve({ filter: EVENT_STREAMS }, ({ path, kind }) =>
      kind === 'dynamic-import' ? { path, namespace: LEFT_OUT } : undefined,
    );
    build.onLoad({ filter: /.*/, namespace: LEFT_OUT }, ({ path }) => ({
      contents: NOT_HERE.replace('PACKAGE', path),
      loader: 'js',
    }));
    build.onLoad({ filter: PROFILE_FILES }, () => ({ contents: NO_PROFILE, loader: 'js' }));
  },
};

/** As where there is no file, which is no error to the SDK. */
const NO_PROFILE = `
export const [filePromises, fileIntercept] = [{}, {}];
export const readFile = async () => { throw new Error('a function has no profile'); };
`;

/** Every name of it throws; what interop code asks of any module does not. */
const NOT_HERE = `
const get = (target, name) => {
  if (typeof name === 'symbol' || name in target || ['__esModule', 'default', 'then'].includes(name)) return target[name];
  throw new Error('PACKAGE is not in this bundle: a function needs none of it');
};
module.exports = Object.create(new Proxy({}, { get }));
`;

const LATE = /\bawait import\(('[^']+')\)/g;

/**
 * Loads AWS's SDK with the bundle, while Lambda gives a function a whole processor, and not with the first event: nearly every function calls
 * it. Our drivers load it late for programs that may never need it. What is loaded late is also kept whole by esbuild, with all that it shares
 * with the rest.
 */
export const sdkAtOnce: Plugin = {
  name: 'sdk-at-once',
  setup(build) {
    build.onLoad({ filter: /[/\\]packages[/\\]aws[/\\]src[/\\].*\.ts$/ }, ({ path }) => {
      const text = readFileSync(path, 'utf8');
      const modules = [...new Set([...text.matchAll(LATE)].map(([, module = '']) => module))];
      if (modules.length === 0) return undefined;
      const imports = modules.map((module, index) => `import * as atOnce${index} from ${module};`);
      const atOnce = text.replaceAll(LATE, (_, module: string) => `atOnce${modules.indexOf(module)}`);
      return { contents: `${imports.join(' ')} ${atOnce}`, loader: 'ts' };
    });
  },
};

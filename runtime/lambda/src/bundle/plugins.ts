import type { Catalogue } from '@verifiedfan/ports';
import type { Plugin } from 'esbuild';

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

type Kind = Catalogue[string]['kind'];

/** Which clients serve which kinds of resources; a client that is not named here serves none that a function opens. */
const CLIENTS: Readonly<Record<Kind, readonly string[]>> = {
  table: ['@aws-sdk/client-dynamodb', '@aws-sdk/util-dynamodb'],
  stream: ['@aws-sdk/client-kinesis'],
  queue: ['@aws-sdk/client-sqs'],
  bucket: ['@aws-sdk/client-s3', '@aws-sdk/lib-storage'],
  cache: ['@verifiedfan/redis'],
  topic: ['@verifiedfan/kafka'],
  schedule: [],
};
/** What a platform opens whatever its resources are. */
const ALWAYS: readonly string[] = ['@aws-sdk/client-secrets-manager'];
const OPTIONAL = /^(@aws-sdk\/(client-|lib-|util-dynamodb)[a-z0-9-]*|@verifiedfan\/(redis|kafka|mongodb|unleash))$/;

/** Leaves out the clients of kinds that a worker does not reach. Whoever loads one after all gets an error that says why it is not there. */
export const withoutUnreached = (reached: Catalogue): Plugin => {
  const kept = new Set([...ALWAYS, ...Object.values(reached).flatMap(({ kind }) => CLIENTS[kind])]);
  return {
    name: 'without-unreached',
    setup(build) {
      build.onResolve({ filter: OPTIONAL }, ({ path, importer }) =>
        kept.has(path) || importer.includes('/node_modules/') ? undefined : { path, namespace: 'unreached' },
      );
      build.onLoad({ filter: /.*/, namespace: 'unreached' }, ({ path }) => ({
        contents: UNREACHED.replace('PACKAGE', path),
        loader: 'js',
      }));
    },
  };
};

/** Every name of it throws; what interop code asks of any module does not. */
const UNREACHED = `
const get = (target, name) => {
  if (typeof name === 'symbol' || name in target || ['__esModule', 'default', 'then'].includes(name)) return target[name];
  throw new Error('PACKAGE is not in this bundle: its worker declares no resource that needs it');
};
module.exports = Object.create(new Proxy({}, { get }));
`;

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

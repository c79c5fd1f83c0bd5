import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { type BuildOptions, build, type Metafile, type Plugin } from 'esbuild';

/** A module that our packages load only when they need it, and from where it is found. */
type LateModule = { module: string; resolveDir: string };
/** By the file that it becomes beside the bundle. */
export type LateModules = Map<string, LateModule>;
export type LateFile = { name: string; content: Uint8Array; metafile: Metafile };

const OWN_REQUIRE = /createRequire\(import\.meta\.url\)\('([^']+)'\)/g;

/** What some worker's first event asks for: in the bundle, and so in its code cache, but not run before it is asked for. */
const INSIDE: readonly string[] = ['fast-jwt'];

const fileOf = (module: string): string => `late-${module.replaceAll(/[^a-z0-9]+/gi, '-')}.cjs`;

/**
 * Puts what our packages load by a `require` of their own, when they first need it, into files beside the bundle, and writes down which:
 * what no event asks for is then not even read. esbuild leaves such a `require` to the machine, where a function finds nothing.
 */
export const lateRequires = (late: LateModules): Plugin => ({
  name: 'late-requires',
  setup(onBuild) {
    onBuild.onLoad({ filter: /[/\\]src[/\\].*\.ts$/ }, ({ path }) => {
      const text = readFileSync(path, 'utf8');
      if (path.includes('node_modules') || !text.includes('createRequire(')) return undefined;
      const contents = text.replaceAll(OWN_REQUIRE, (_, module: string) => {
        if (INSIDE.includes(module)) return `require('${module}')`;
        late.set(fileOf(module), { module, resolveDir: dirname(path) });
        return `createRequire(import.meta.url)('./${fileOf(module)}')`;
      });
      return { contents, loader: 'ts' };
    });
  },
});

/** Bundles each of them as the CommonJS that it is asked for as. */
export const bundleLate = (late: LateModules, options: BuildOptions): Promise<LateFile[]> =>
  Promise.all(
    [...late].map(async ([name, { module, resolveDir }]) => {
      const stdin = {
        contents: `module.exports = require(${JSON.stringify(module)});`,
        resolveDir,
        loader: 'js',
      } as const;
      const { outputFiles, metafile } = await build({ ...options, stdin, format: 'cjs', write: false, metafile: true });
      return { name, content: outputFiles[0]?.contents ?? new Uint8Array(), metafile };
    }),
  );

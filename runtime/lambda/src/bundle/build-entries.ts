import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Metafile, type Plugin } from 'esbuild';
import { builtinsByRequire } from './builtins.ts';
import { loader, SCRIPT, SCRIPT_BUILD } from './code-cache.ts';
import { bundleLate, type LateModules, lateRequires } from './late.ts';
import { ENTRY, type Entry, fromEntries, pureWorkspaces } from './plugins.ts';
import type { ZipFile } from './zip.ts';

const ROOT = fileURLToPath(import.meta.resolve('../../../../package.json')).slice(0, -'/package.json'.length);

/** What drivers look for and do without: encryption and compression in the client, other sign-ins than a password. */
const OPTIONAL = [
  ...['mongodb-client-encryption', 'kerberos', 'snappy', '@mongodb-js/zstd', 'gcp-metadata', 'socks', 'aws4'],
  ...['@aws-sdk/credential-providers', '@node-rs/xxhash', 'bufferutil', 'utf-8-validate'],
];

/** The file that holds the code of a bundle without a code cache. */
const MODULE = 'index.mjs';

/** CommonJS packages ask for Node's own modules by `require`, which a module does not have. */
const BANNER =
  "import { createRequire as bundleRequire } from 'node:module';const require = bundleRequire(import.meta.url);";
const MODULE_BUILD = { format: 'esm', banner: { js: BANNER } } as const;

/** What all bundles are made with. */
const SHARED = {
  absWorkingDir: ROOT,
  bundle: true,
  platform: 'node',
  target: 'node24',
  // Names stay as they are: they are in stacks, spans and errors.
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: 'none',
  logLevel: 'silent',
} as const;

export type BuildEntriesOptions = {
  sdk?: 'bundled' | 'external' | undefined;
  external?: readonly string[] | undefined;
  plugins: readonly Plugin[];
  /** As a script with a loader, which can have a code cache, and not as a module. */
  isScript: boolean;
};

/** The files of one bundle, not yet written. */
export type Built<Name extends string = string> = {
  name: Name;
  files: readonly ZipFile[];
  map: ZipFile;
  isScript: boolean;
  /** Every source file that went in, relative to the repository. */
  inputs: readonly string[];
};

/** All of them in one build, so that what they share is read once; each is still a bundle of its own. */
export const buildEntries = async <Name extends string>(
  entries: readonly Entry<Name>[],
  { sdk = 'bundled', external = [], plugins, isScript }: BuildEntriesOptions,
): Promise<Built<Name>[]> => {
  const lateModules: LateModules = new Map();
  const { outputFiles, metafile } = await build({
    ...SHARED,
    ...(isScript ? SCRIPT_BUILD : MODULE_BUILD),
    entryPoints: entries.map(({ name }) => ({ in: `${ENTRY}:${name}`, out: name })),
    outdir: '.',
    write: false,
    metafile: true,
    // Prefer modules to CommonJS, from which nothing can be shaken.
    mainFields: ['module', 'main'],
    conditions: ['module'],
    sourcemap: 'external',
    sourcesContent: false,
    external: [...OPTIONAL, ...external, ...(sdk === 'external' ? ['@aws-sdk/*', '@smithy/*'] : [])],
    plugins: [fromEntries(entries, ROOT), ...plugins, builtinsByRequire, pureWorkspaces, lateRequires(lateModules)],
  });
  const late = await bundleLate(lateModules, { ...SHARED, external: [...OPTIONAL, ...external] });
  const contentOf = (name: string): Uint8Array => {
    const found = outputFiles.find(({ path }) => path === join(ROOT, name));
    if (found === undefined) throw new TypeError(`esbuild made no ${name}`);
    return found.contents;
  };
  const file = isScript ? SCRIPT : MODULE;
  return entries.map(({ name }) => {
    const content = Buffer.concat([contentOf(`${name}.js`), Buffer.from(`//# sourceMappingURL=${file}.map\n`)]);
    const asked = late.filter((each) => content.includes(each.name));
    const inputs = [...inputsOf(metafile, `${name}.js`), ...asked.flatMap((each) => inputsOf(each.metafile))];
    return {
      ...{ name, isScript, inputs: [...new Set(inputs.sort())] },
      files: [...(isScript ? [loader] : []), { name: file, content }, ...asked],
      map: { name: `${file}.map`, content: contentOf(`${name}.js.map`) },
    };
  });
};

/** Only what is still there after shaking, in one output or in all. */
const inputsOf = ({ outputs }: Metafile, file?: string): string[] =>
  Object.entries(outputs)
    .filter(([name]) => file === undefined || name === file)
    .flatMap(([, { inputs }]) => Object.entries(inputs))
    .filter(([, { bytesInOutput }]) => bytesInOutput > 0)
    .map(([input]) => input);

import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type WorkerName, workers } from '@verifiedfan/workers';
import { resources } from '@verifiedfan/workers/resources';
import { build, type Metafile, type Plugin } from 'esbuild';
import { reachedBy } from '../reached.ts';
import { type ServiceName, services } from '../services/list.ts';
import { serviceEntry, workerEntry } from './entry-source.ts';
import { bundleLate, type LateModules, lateRequires } from './late.ts';
import {
  builtinsByRequire,
  ENTRY,
  type Entry,
  fromEntries,
  pureWorkspaces,
  sdkAtOnce,
  withoutOtherPlaces,
} from './plugins.ts';
import { readWorkerModules } from './worker-modules.ts';
import { archiveOf, pack, type ZipFile } from './zip.ts';

export type BundleOptions = {
  /** Gets a folder and a zip archive for each worker; what was there under these names is replaced. */
  directory: string;
  /** @default all of them */
  names?: readonly WorkerName[] | undefined;
  /**
   * Whether AWS's SDK is in the bundle, or is the one of the Lambda runtime, whose version AWS changes at any time.
   * @default bundled
   */
  sdk?: 'bundled' | 'external' | undefined;
  /** A module that exports another `openPlatform`, for tests. @default the platform on AWS */
  platformModule?: string | undefined;
  /** Further packages that are left to the machine. @default none */
  external?: readonly string[] | undefined;
};

export type Bundled = {
  name: string;
  /** The folder that is deployed: `index.mjs`, which exports `handler`, its source map, and what it loads late. */
  folder: string;
  /** The same as an archive. */
  archive: string;
  /** Of the code, in bytes: as it is, and as it is in the archive. The source map is not counted. */
  bytes: number;
  zippedBytes: number;
  /** Every source file that went in, relative to the repository. */
  inputs: readonly string[];
};

export type BundledWorker = Bundled & { name: WorkerName };

const ROOT = fileURLToPath(import.meta.resolve('../../../../package.json')).slice(0, -'/package.json'.length);

/** What drivers look for and do without: encryption and compression in the client, other sign-ins than a password. */
const OPTIONAL = [
  ...['mongodb-client-encryption', 'kerberos', 'snappy', '@mongodb-js/zstd', 'gcp-metadata', 'socks', 'aws4'],
  ...['@aws-sdk/credential-providers', '@node-rs/xxhash', 'bufferutil', 'utf-8-validate'],
];

const CODE = 'index.mjs';

/** CommonJS packages ask for Node's own modules by `require`, which a module does not have. */
const BANNER =
  "import { createRequire as bundleRequire } from 'node:module';const require = bundleRequire(import.meta.url);";

/** Makes one ESM bundle a worker, the same bytes for the same sources wherever they lie. Throws what esbuild finds wrong. */
export const bundleWorkers = async ({ names, ...options }: BundleOptions): Promise<BundledWorker[]> => {
  const modules = (await readWorkerModules()).filter(({ name }) => names === undefined || names.includes(name));
  const entries = modules.map((module) => {
    const reached = reachedBy(workers[module.name], resources);
    return { name: module.name, contents: workerEntry(module, { reached, platformModule: options.platformModule }) };
  });
  return bundleEntries(entries, options, [withoutOtherPlaces, sdkAtOnce]);
};

/** Makes one ESM bundle for each REST service, for the image that they run in. */
export const bundleServices = async (options: Omit<BundleOptions, 'names'>): Promise<Bundled[]> => {
  const names = Object.keys(services) as ServiceName[];
  return bundleEntries(
    names.map((name) => ({ name, contents: serviceEntry(name, options.platformModule) })),
    options,
    [],
  );
};

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

/** All of them in one build, so that what they share is read once; each is still a bundle of its own. */
const bundleEntries = async <Name extends string>(
  entries: readonly Entry<Name>[],
  { directory, sdk = 'bundled', external = [] }: Omit<BundleOptions, 'names'>,
  plugins: readonly Plugin[],
): Promise<(Bundled & { name: Name })[]> => {
  const lateModules: LateModules = new Map();
  const { outputFiles, metafile } = await build({
    ...SHARED,
    entryPoints: entries.map(({ name }) => ({ in: `${ENTRY}:${name}`, out: name })),
    outdir: '.',
    outExtension: { '.js': '.mjs' },
    write: false,
    metafile: true,
    format: 'esm',
    // Prefer modules to CommonJS, from which nothing can be shaken.
    mainFields: ['module', 'main'],
    conditions: ['module'],
    banner: { js: BANNER },
    sourcemap: 'external',
    sourcesContent: false,
    external: [...OPTIONAL, ...external, ...(sdk === 'external' ? ['@aws-sdk/*', '@smithy/*'] : [])],
    plugins: [fromEntries(entries, ROOT), builtinsByRequire, ...plugins, pureWorkspaces, lateRequires(lateModules)],
  });
  const late = await bundleLate(lateModules, { ...SHARED, external: [...OPTIONAL, ...external] });
  const contentOf = (name: string): Uint8Array => {
    const found = outputFiles.find(({ path }) => path === join(ROOT, name));
    if (found === undefined) throw new TypeError(`esbuild made no ${name}`);
    return found.contents;
  };
  return entries.map(({ name }) => {
    const code = Buffer.concat([contentOf(`${name}.mjs`), Buffer.from(`//# sourceMappingURL=${CODE}.map\n`)]);
    const asked = late.filter((file) => code.includes(file.name));
    const files = [{ name: CODE, content: code }, ...asked];
    const map = { name: `${CODE}.map`, content: contentOf(`${name}.mjs.map`) };
    const inputs = new Set(
      [...inputsOf(metafile, `${name}.mjs`), ...asked.flatMap((file) => inputsOf(file.metafile))].sort(),
    );
    return { name, ...writeBundle(join(directory, name), files, map), inputs: [...inputs] };
  });
};

const writeBundle = (folder: string, code: readonly ZipFile[], map: ZipFile) => {
  const archive = `${folder}.zip`;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const { name, content } of [...code, map]) writeFileSync(join(folder, name), content);
  const packed = code.map(pack);
  writeFileSync(archive, archiveOf([...packed, pack(map)]));
  const bytes = code.reduce((sum, { content }) => sum + content.length, 0);
  return { folder, archive, bytes, zippedBytes: archiveOf(packed).length };
};

/** Only what is still there after shaking, in one output or in all. */
const inputsOf = ({ outputs }: Metafile, file?: string): string[] =>
  Object.entries(outputs)
    .filter(([name]) => file === undefined || name === file)
    .flatMap(([, { inputs }]) => Object.entries(inputs))
    .filter(([, { bytesInOutput }]) => bytesInOutput > 0)
    .map(([input]) => input);

import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type WorkerName, workers } from '@verifiedfan/workers';
import { resources } from '@verifiedfan/workers/resources';
import { build, type Metafile } from 'esbuild';
import { reachedBy } from '../reached.ts';
import { SERVICES, type ServiceName, serviceEntry, workerEntry } from './entry-source.ts';
import { pureWorkspaces, withoutPolling } from './plugins.ts';
import { readWorkerModules } from './worker-modules.ts';
import { zip } from './zip.ts';

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
  /** The folder that is deployed: `index.mjs`, which exports `handler`, and its source map. */
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

/** CommonJS packages ask for Node's own modules by `require`, which a module does not have. */
const BANNER =
  "import { createRequire as bundleRequire } from 'node:module';const require = bundleRequire(import.meta.url);";

/** Makes one ESM bundle a worker, the same bytes for the same sources wherever they lie. Throws what esbuild finds wrong. */
export const bundleWorkers = async ({ names, ...options }: BundleOptions): Promise<BundledWorker[]> => {
  const modules = (await readWorkerModules()).filter(({ name }) => names === undefined || names.includes(name));
  const bundled: BundledWorker[] = [];
  for (const module of modules) {
    const reached = reachedBy(workers[module.name], resources);
    const contents = workerEntry(module, { reached, platformModule: options.platformModule });
    bundled.push({ ...(await bundleOne(module.name, contents, options)), name: module.name });
  }
  return bundled;
};

/** Makes one ESM bundle for each REST service, for the image that they run in. */
export const bundleServices = async (options: Omit<BundleOptions, 'names'>): Promise<Bundled[]> => {
  const bundled: Bundled[] = [];
  for (const name of Object.keys(SERVICES) as ServiceName[])
    bundled.push(await bundleOne(name, serviceEntry(name, options.platformModule), options));
  return bundled;
};

const bundleOne = async (
  name: string,
  contents: string,
  { directory, sdk = 'bundled', external = [] }: Omit<BundleOptions, 'names'>,
): Promise<Bundled> => {
  const { outputFiles, metafile } = await build({
    stdin: { contents, resolveDir: ROOT, sourcefile: `${name}.js` },
    absWorkingDir: ROOT,
    outfile: 'index.mjs',
    bundle: true,
    write: false,
    metafile: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    // Prefer modules to CommonJS, from which nothing can be shaken.
    mainFields: ['module', 'main'],
    conditions: ['module'],
    banner: { js: BANNER },
    // Names stay as they are: they are in stacks, spans and errors.
    minifySyntax: true,
    minifyWhitespace: true,
    legalComments: 'none',
    sourcemap: 'linked',
    sourcesContent: false,
    logLevel: 'silent',
    external: [...OPTIONAL, ...external, ...(sdk === 'external' ? ['@aws-sdk/*', '@smithy/*'] : [])],
    plugins: [withoutPolling, pureWorkspaces],
  });
  const files = outputFiles
    .map(({ path, contents }) => ({ name: path.slice(path.lastIndexOf('/') + 1), content: contents }))
    .sort((a, b) => a.name.localeCompare(b.name, 'en'));
  const folder = join(directory, name);
  const archive = `${folder}.zip`;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const file of files) writeFileSync(join(folder, file.name), file.content);
  writeFileSync(archive, zip(files));
  const code = files.filter((file) => file.name === 'index.mjs');
  const bytes = code.reduce((sum, { content }) => sum + content.length, 0);
  return { name, folder, archive, bytes, zippedBytes: zip(code).length, inputs: inputsOf(metafile) };
};

/** Only what is still there after shaking. */
const inputsOf = ({ outputs }: Metafile): string[] =>
  Object.values(outputs)
    .flatMap(({ inputs }) => Object.entries(inputs))
    .filter(([, { bytesInOutput }]) => bytesInOutput > 0)
    .map(([file]) => file)
    .sort();

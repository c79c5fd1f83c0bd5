import type { Worker } from '@verifiedfan/worker';
import { type WorkerName, workers } from '@verifiedfan/workers';
import { resources } from '@verifiedfan/workers/resources';
import { reachedBy } from '../reached.ts';
import { type ServiceName, services } from '../services/list.ts';
import { buildEntries } from './build-entries.ts';
import { serviceEntry, workerEntry } from './entry-source.ts';
import { pinoInFunctions } from './pino-in-functions.ts';
import { sdkAtOnce, withoutOtherPlaces } from './plugins.ts';
import { readWorkerModules } from './worker-modules.ts';
import { type Bundled, writeBundles } from './write-bundles.ts';

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
  /**
   * Whether compiled code lies beside each worker's bundle, made by the Node that runs this and for it alone: any other Node, or processor, starts
   * as without. Halves the time of a cold start where the runtime has the same Node.
   * @default false
   */
  codeCache?: boolean | undefined;
};

export type BundledWorker = Bundled & { name: WorkerName };

/** Makes one ESM bundle a worker, the same bytes for the same sources wherever they lie. Throws what esbuild finds wrong. */
export const bundleWorkers = async ({
  names,
  codeCache = false,
  ...options
}: BundleOptions): Promise<BundledWorker[]> => {
  const modules = (await readWorkerModules()).filter(({ name }) => names === undefined || names.includes(name));
  const entries = modules.map((module) => {
    const worker: Worker = workers[module.name];
    const reached = reachedBy(worker, resources);
    const asksFlags = worker.flag !== undefined;
    const { platformModule } = options;
    const contents = workerEntry(module, { reached, platformModule, asksFlags, isScript: codeCache });
    return { name: module.name, contents };
  });
  const plugins = [pinoInFunctions, withoutOtherPlaces, sdkAtOnce];
  return writeBundles(await buildEntries(entries, { ...options, plugins, isScript: codeCache }), options.directory);
};

/** Makes one ESM bundle for each REST service, for the image that they run in. */
export const bundleServices = async (options: Omit<BundleOptions, 'names' | 'codeCache'>): Promise<Bundled[]> => {
  const names = Object.keys(services) as ServiceName[];
  const entries = names.map((name) => ({ name, contents: serviceEntry(name, options.platformModule) }));
  return writeBundles(await buildEntries(entries, { ...options, plugins: [], isScript: false }), options.directory);
};

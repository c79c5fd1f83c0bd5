import { rmSync } from 'node:fs';
import { after, before } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { WorkerName } from '@verifiedfan/workers';
import { type BundledWorker, type BundleOptions, bundleWorkers } from '../../src/index.ts';

const ROOT = fileURLToPath(import.meta.resolve('../../../../package.json')).slice(0, -'/package.json'.length);
/** Inside the repository, where a bundle finds the native engine that it leaves outside. */
export const testDirectory = (name: string): string => `${ROOT}/dist/test/${name}-${process.pid}`;

/** The bundles as they are deployed, all unless some are named. */
export const awsBundles = (
  name: string,
  options: Pick<BundleOptions, 'names'> = {},
): (() => readonly BundledWorker[]) => {
  const directory = testDirectory(name);
  let made: readonly BundledWorker[] = [];
  before(async () => {
    made = await bundleWorkers({ ...options, directory });
  });
  after(() => rmSync(directory, { recursive: true, force: true }));
  return () => made;
};

/** Bundles of workers, all unless some are named, that run on the embedded engines; made before the tests of a file, and removed behind them. */
export const testBundles = (
  name: string,
  options: Pick<BundleOptions, 'names' | 'codeCache'> = {},
): ((worker: WorkerName) => BundledWorker) => {
  const directory = testDirectory(name);
  const bundles = new Map<WorkerName, BundledWorker>();
  before(async () => {
    const platformModule = fileURLToPath(import.meta.resolve('./test-platform.ts'));
    const made = await bundleWorkers({ ...options, directory, platformModule, external: ['classic-level'] });
    for (const each of made) bundles.set(each.name, each);
  });
  after(() => rmSync(directory, { recursive: true, force: true }));
  return (worker) => {
    const bundle = bundles.get(worker);
    if (bundle === undefined) throw new TypeError(`no bundle of ${worker}`);
    return bundle;
  };
};

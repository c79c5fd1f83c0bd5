/** Each worker as a Lambda function: the entry that runs there, and the bundles that are deployed. */
export {
  type BundledWorker,
  type BundleOptions,
  bundleServices,
  bundleWorkers,
} from './bundle/bundle-workers.ts';
export { readWorkerModules, type WorkerModule } from './bundle/worker-modules.ts';
export type { Bundled } from './bundle/write-bundles.ts';
export { type ZipFile, zip } from './bundle/zip.ts';
export { MARGIN_MS } from './deadline.ts';
export { onEmulatedStreams, StreamFailureError } from './emulated-streams.ts';
export { type StartOptions, startWorker } from './entry.ts';
export { MissingEndpointError } from './host.ts';
export { type OpenPlatform, onAws } from './open-platform.ts';
export { reachedBy, reachedByService } from './reached.ts';
export { type StartServiceOptions, startService } from './service-entry.ts';
export type { OpenedService, OpenService, ServiceParts, ServiceSurroundings } from './services/open-service.ts';

export { systemClock, systemRandom } from '@verifiedfan/embedded';
export {
  type Configuration,
  ConfigurationError,
  LOG_LEVELS,
  type LogLevel,
  readConfiguration,
} from './configuration.ts';
export { createEmbeddedPlatform, type EmbeddedPlatformOptions, tryEngines } from './embedded-platform.ts';
export { DirectoryOwnedError, type Owner, ownDirectory, readOwner } from './ownership.ts';

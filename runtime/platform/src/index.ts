export { systemClock, systemRandom } from '@verifiedfan/embedded';
export {
  type Configuration,
  ConfigurationError,
  LOG_LEVELS,
  type LogLevel,
  readConfiguration,
  STREAM_FAILURES,
  type StreamFailures,
} from './configuration.ts';
export { type ConsumedShard, consumerCheckpoint, findSlowestConsumer, NOTHING_READ } from './consumers.ts';
export { createEmbeddedPlatform, type EmbeddedPlatformOptions } from './embedded-platform.ts';
export { type FlushOptions, flushRegularly } from './flush-regularly.ts';
export { type FreshBucket, withFreshWaits } from './fresh-bucket.ts';
export { type KeepSecretsOptions, type KeptSecrets, keepSecrets } from './kept-secrets.ts';
export { DirectoryOwnedError, type Owner, ownDirectory, readOwner } from './ownership.ts';
export {
  failuresNameOf,
  notificationQueueNameOf,
  type ResourceNames,
  resourceNameOf,
  secretNameOf,
} from './resource-names.ts';
export { SECRET_GENERATORS } from './secrets.ts';
export { createTableCheckpoints } from './table-checkpoints.ts';
export { AUDIENCES, createTokens, ISSUER, type TokenRights, type Tokens, type TokensOptions } from './tokens.ts';
export { openTracing } from './tracing.ts';
export { tryEngines } from './try-engines.ts';
export { findStoreFaults, type StoresOptions, tryStores } from './try-stores.ts';

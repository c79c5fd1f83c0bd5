/** Real servers from packages, and how tests find them. */
export { UNLEASH_TOKENS } from './definitions/unleash.ts';
/** For the differential test: the same operations on an embedded driver and on a server. */
export {
  codeOf,
  compareDrivers,
  createDice,
  type Dice,
  type Difference,
  type DifferentialOptions,
  differential,
  type KnownDifference,
  type Pair,
  type Side,
} from './differential/index.ts';
export { type AwsServerName, awsConnection, serverAddress } from './harness/connection.ts';
export { fileAccount, uniqueName } from './harness/isolation.ts';
export { type RunOptions, runOptions } from './harness/options.ts';
export { type OwnServer, openOwnServer } from './harness/own-server.ts';
export { SERVER_NAMES, type ServerName } from './servers/definition.ts';
export { SERVERS_ERROR_CODES, ServersError, type ServersErrorCode } from './servers/errors.ts';
/** For what else belongs into the cache folder, such as AWS's runtime interface client: where it is, and a lock around building it. */
export { type LockOptions, withLock } from './servers/lock.ts';
export { cacheFolder } from './servers/paths.ts';
export { makeStage, type StageOptions } from './stage/make-stage.ts';
export { type OpenStageOptions, openStage, STAGE_SERVERS } from './stage/open-stage.ts';
export { type StageServers, type StageServersOptions, startStageServers } from './stage/stage-servers.ts';

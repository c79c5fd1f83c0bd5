export {
  type Claim,
  type ClaimedOptions,
  type ClaimOptions,
  type ClaimResult,
  claim,
  complete,
  release,
  renew,
  type SettleOptions,
  stillClaimed,
} from './claim.ts';
export { sameContent, sameJson } from './content.ts';
export { type CountOnceOptions, type CountOnceResult, countOnce } from './count-once.ts';
export {
  type CountsOptions,
  type FoldShardOptions,
  foldShard,
  type RepairCountsOptions,
  readCounts,
  repairCounts,
} from './counts.ts';
export { countsKey, type Sums } from './counts-rows.ts';
export { type CreateOnceOptions, type Creation, createOnce } from './create-once.ts';
export { IdempotencyError, type IdempotencyErrorCode } from './errors.ts';
export { deadLetterId, eventId } from './ids.ts';
export {
  type OutboxMessage,
  outboxActions,
  pendingGroups,
  type StoredMessage,
  type WriteWithOutboxOptions,
  writeWithOutbox,
} from './outbox.ts';
export {
  type Ending,
  type LookedUp,
  type PerformOnceOptions,
  type PerformResult,
  performOnce,
} from './perform-once.ts';
export { type RelayOptions, type RelayResult, relayGroup } from './relay.ts';
export { type GuardedWrite, olderThan, type Version, type WriteNewerOptions, writeNewer } from './version-guard.ts';
export type { CountRecord } from './watermark.ts';

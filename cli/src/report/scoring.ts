export { isObject, readCounts, repairCounts } from '@verifiedfan/worker';
export {
  COUNT_NAMES,
  type Counts,
  contributionOf,
  memberRows,
  sameCounts,
  storedOffers,
} from '@verifiedfan/workers/scoring';

export { isObject, readCounts, repairCounts } from '@verifiedfan/worker';
export { COUNT_NAMES, type Counts, IDENTIFIER_KINDS, memberRows, storedOffers } from '@verifiedfan/workers/scoring';

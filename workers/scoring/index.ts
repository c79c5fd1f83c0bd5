/** What tools outside of the workers may know of scoring: keys, counts, manifests. */
export { COUNT_NAMES, type Counts, contributionOf, sameCounts } from './domain/counts.ts';
export { IDENTIFIER_KINDS } from './domain/keys.ts';
export { memberRows } from './domain/member-rows.ts';
export { type KnownOffer, storedOffers } from './domain/offers.ts';

/** Ticketmaster's Discovery API v2, in types of our own. */
export { createDiscovery } from './client.ts';
export {
  type Artist,
  type CallContext,
  DISCOVERY_ID,
  type Discovery,
  type DiscoveryOptions,
  type EventQuery,
  type FindQuery,
  type Named,
  type Page,
  type SearchQuery,
  type TourEvent,
  type Venue,
} from './discovery.ts';
export {
  DISCOVERY_ERROR_CODES,
  DiscoveryError,
  type DiscoveryErrorCode,
  type DiscoveryErrorOptions,
} from './errors.ts';

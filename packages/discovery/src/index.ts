/** Ticketmaster's Discovery API v2, in types of our own. */
export { createDiscovery } from './client.ts';
export type {
  Artist,
  CallContext,
  Discovery,
  DiscoveryOptions,
  EventQuery,
  FindQuery,
  Named,
  Page,
  SearchQuery,
  TourEvent,
  Venue,
} from './discovery.ts';
export {
  DISCOVERY_ERROR_CODES,
  DiscoveryError,
  type DiscoveryErrorCode,
  type DiscoveryErrorOptions,
} from './errors.ts';

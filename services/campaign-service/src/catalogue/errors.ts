import { DiscoveryError } from '@verifiedfan/discovery';
import { ReadThroughError } from '@verifiedfan/read-through';
import { ServiceError } from '@verifiedfan/service';

/** Statuses of the errors of artists, venues and events. */
export const CATALOGUE_ERRORS = {
  ARTIST_NOT_FOUND: 404,
  VENUE_NOT_FOUND: 404,
  EVENT_NOT_FOUND: 404,
  DISCOVERY_FAILED: 502,
  DISCOVERY_UNAVAILABLE: 503,
} as const;

/** Whole seconds, rounded up: a client that comes back earlier would be turned away again. */
export const retryAfter = (durationMs: number | undefined): Record<string, string> =>
  durationMs === undefined ? {} : { 'retry-after': String(Math.max(1, Math.ceil(durationMs / 1_000))) };

/**
 * What the caller is told about a catalogue that did not answer: 503 when it may answer later, with `retry-after` where that is known, 502 when
 * it answered what nobody can use or refuses our key. Everything else passes unchanged.
 */
export const toCatalogueError = (error: unknown): unknown => {
  if (error instanceof ReadThroughError && error.retryable) {
    return unavailable(retryAfter(1_000), error);
  }
  if (!(error instanceof DiscoveryError)) return error;
  if (error.retryable) return unavailable(retryAfter(error.retryAfterMs), error);
  const message = 'The catalogue answered what cannot be used';
  return new ServiceError({ code: 'DISCOVERY_FAILED', message, cause: error });
};

const unavailable = (headers: Record<string, string>, cause: unknown): ServiceError => {
  const message = 'The catalogue does not answer now; repeat the request';
  return new ServiceError({ code: 'DISCOVERY_UNAVAILABLE', message, headers, retryable: true, cause });
};

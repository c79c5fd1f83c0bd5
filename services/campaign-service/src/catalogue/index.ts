import type { Catalogue } from '../markets/index.ts';
import type { CatalogueReader } from './reader.ts';

export { CATALOGUE_ERRORS, retryAfter } from './errors.ts';
export { type CatalogueReader, createCatalogueReader } from './reader.ts';
export { createCatalogueRoutes } from './routes.ts';

/** What markets ask of the catalogue. */
export const toMarketCatalogue = (reader: CatalogueReader): Catalogue => ({
  checkEvent: async (id) => ((await reader.findEvent({ id })) === undefined ? 'absent' : 'found'),
  checkVenue: async (id) => ((await reader.findVenue({ id })) === undefined ? 'absent' : 'found'),
});

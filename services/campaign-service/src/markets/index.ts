export { type Catalogue, type CatalogueChecker, createCatalogueChecker } from './catalogue.ts';
export { createMarketDatastore, type SelectionAnswer } from './datastore.ts';
export { createMarketManager, type MarketIds, type MarketManager } from './manager.ts';
export type { CatalogueCheck, Market, MarketStatus, Selection, SelectionRules } from './market.ts';
export { createMarketRoutes } from './routes.ts';

export { createPromoterDatastore } from './datastore.ts';
export { createPromoterManager, type PromoterManager } from './manager.ts';
export { PROMOTER_ERRORS, type Promoter } from './promoter.ts';
export { createPromoterRoutes } from './routes.ts';

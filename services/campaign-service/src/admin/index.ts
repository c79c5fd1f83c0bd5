export { createAudits } from './audits.ts';
export { createConfigurationManager } from './configuration.ts';
export { ADMIN_ERRORS } from './errors.ts';
export { createAdminRoutes } from './routes.ts';

export { type Action, knows, may, reachOf } from './actions.ts';
export { rightsPage } from './page.ts';
export { CREATOR_SUBJECT, type Outcome, outcomeOf, ROLES, type Role } from './roles.ts';
export { accessOf, withRights } from './routes.ts';
export { RIGHTS, type RouteKey, type Rule, ruleOf } from './table.ts';

import type { Action } from './actions.ts';

/**
 * What a route asks of its caller:
 * - `public`: nothing
 * - `token`: a valid token; the answer holds only what it may read
 * - `supreme`: a supreme token
 * - `permission`: that permission in the token, or supreme
 * - `action`: that action on the campaign in the path. Who has no right at all on the campaign gets 404, as if it were not there
 */
export type Rule = 'public' | 'token' | 'supreme' | { permission: string } | { action: Action };

const CREATE = { permission: 'campaigns:create' } as const;
const READ = { action: 'read' } as const;
const UPDATE = { action: 'update' } as const;
const WRITE_PROMOTERS = { permission: 'promoters:write' } as const;

/**
 * Every route of the service, and what it asks. A route that is not here cannot be built: nobody may call it. A key with a query is a
 * variant of its route that asks for more, or of a list that holds less. Checks, OpenAPI, docs/campaign-rights.md and the test of every cell come from here.
 */
export const RIGHTS = {
  'GET /health': 'public',
  'GET /ready': 'public',
  'GET /metrics': 'public',
  'GET /openapi.json': 'public',
  'GET /docs': 'public',

  'GET /campaigns': 'token',
  // Holds only what the token may update.
  'GET /campaigns?showAllLocales=true': 'token',
  'POST /campaigns': CREATE,
  'POST /campaigns/import': CREATE,
  'POST /campaigns/refresh': { permission: 'campaigns:refresh' },
  'GET /campaigns/:campaignId': READ,
  'GET /campaigns/:campaignId?showAllLocales=true': UPDATE,
  'POST /campaigns/:campaignId': UPDATE,
  'POST /campaigns/:campaignId/reopen': UPDATE,
  'POST /campaigns/:campaignId/postpone': UPDATE,
  'POST /campaigns/:campaignId/cancel': UPDATE,
  'GET /campaigns/:campaignId/markets': READ,
  'GET /campaigns/:campaignId/markets?showAllLocales=true': UPDATE,
  'POST /campaigns/:campaignId/markets': UPDATE,
  'GET /campaigns/:campaignId/markets/:marketId': READ,
  'GET /campaigns/:campaignId/markets/:marketId?showAllLocales=true': UPDATE,
  'POST /campaigns/:campaignId/markets/:marketId': UPDATE,
  'DELETE /campaigns/:campaignId/markets/:marketId': UPDATE,
  'PUT /campaigns/:campaignId/markets/:marketId/selection': { permission: 'campaigns:select' },

  'GET /artists': 'token',
  'GET /artists/:artistId': 'token',
  'GET /venues': 'token',
  'GET /venues/:venueId': 'token',
  'GET /events': 'token',
  'GET /events/:eventId': 'token',

  'GET /promoters': 'token',
  'GET /promoters/:promoterId': 'token',
  'POST /promoters': WRITE_PROMOTERS,
  'POST /promoters/:promoterId': WRITE_PROMOTERS,
  'DELETE /promoters/:promoterId': WRITE_PROMOTERS,

  'GET /users/me': 'token',

  'GET /admin/configuration/:path': 'supreme',
  'POST /admin/configuration/:path': 'supreme',

  'GET /outbox/dead-events': 'supreme',
  'POST /outbox/redrive': 'supreme',
} as const satisfies Record<string, Rule>;

export type RouteKey = keyof typeof RIGHTS;

/** The rule of a route; undefined when there is none, also for keys that every object has. */
export const ruleOf = (key: string): Rule | undefined =>
  Object.hasOwn(RIGHTS, key) ? RIGHTS[key as RouteKey] : undefined;

import type { JsonObject } from '@verifiedfan/ports';
import { type CheckedSchema, idSchema, toJsonSchema, z } from '@verifiedfan/schema';
import { entityTag, type Route, readIfMatch, route } from '@verifiedfan/service';
import type { CampaignManager } from './manager.ts';
import { CREATE } from './rights.ts';
import { type CampaignView, campaignV2, campaignView, MAX_IMPORT, marketView } from './schemas.ts';

const DEFAULT_LIMIT = 50;
const MAX_IMPORT_BYTES = 16_777_216;

const params = z.strictObject({ campaignId: idSchema });
const notAnObject = {
  ok: false,
  details: [{ pointer: '', rule: 'invalid_type', message: 'Must be an object' }],
} as const;

/**
 * A document whose fields the manager checks, because what is allowed depends on what is stored (read-only fields may be sent back as
 * they are); `schema` describes it in OpenAPI.
 */
const documentOf = (schema: z.ZodType): CheckedSchema<JsonObject> => ({
  check: (value) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? { ok: true, value: value as JsonObject }
      : { ok: false, details: [...notAnObject.details] },
  jsonSchema: toJsonSchema(schema),
});

const importBody = z.strictObject({ campaigns: z.array(z.record(z.string(), z.json())).max(MAX_IMPORT) });

const listQuery = z.strictObject({
  eventId: idSchema.optional(),
  limit: z
    .string()
    .regex(/^[0-9]{1,3}$/)
    .transform(Number)
    .pipe(z.int().min(1).max(200))
    .optional(),
  cursor: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,172}$/)
    .transform((text) => Buffer.from(text, 'base64url').toString())
    .pipe(idSchema)
    .optional(),
});

/** Not for shared caches without the key that a purge names. */
const headersOf = ({ _id, version }: CampaignView): Record<string, string> => ({
  etag: entityTag(version),
  'cache-control': 'private, no-cache',
  'surrogate-key': `campaign/${_id}`,
});

const importOutcome = z.object({
  _id: z.string(),
  outcome: z.enum(['created', 'updated', 'unchanged']),
  version: z.int(),
});

const readRoutes = (manager: CampaignManager): Route[] => [
  route({
    method: 'GET',
    path: '/campaigns',
    summary: 'Campaigns that the token may read, in pages; with eventId those that have a market for the event',
    access: 'token',
    query: listQuery,
    responses: { 200: z.array(campaignView) },
    async handler({ query: { eventId, limit = DEFAULT_LIMIT, cursor }, claims }) {
      const { campaigns, next } = await manager.list({ eventId, limit, after: cursor }, claims);
      return {
        status: 200,
        data: campaigns,
        next: next === undefined ? null : Buffer.from(next).toString('base64url'),
      };
    },
  }),
  route({
    method: 'GET',
    path: '/campaigns/:campaignId',
    summary: 'A campaign with its markets in their order',
    access: 'token',
    params,
    responses: { 200: campaignView },
    errors: ['CAMPAIGN_NOT_FOUND'],
    async handler({ params: { campaignId }, claims }) {
      const campaign = await manager.findById(campaignId, claims);
      return { status: 200, data: campaign, headers: headersOf(campaign) };
    },
  }),
  route({
    method: 'GET',
    path: '/campaigns/:campaignId/markets',
    summary: 'The markets of a campaign in their order',
    access: 'token',
    params,
    responses: { 200: z.array(marketView) },
    errors: ['CAMPAIGN_NOT_FOUND'],
    async handler({ params: { campaignId }, claims }) {
      const { markets } = await manager.findById(campaignId, claims);
      return { status: 200, data: markets, next: null };
    },
  }),
];

const WRITE_ERRORS = ['INVALID_CAMPAIGN', 'DOMAIN_NAME_CONFLICT', 'CONTENTION'] as const;

const writeRoutes = (manager: CampaignManager): Route[] => [
  route({
    method: 'POST',
    path: '/campaigns',
    summary: 'Creates a campaign in DRAFT, with its markets if it names any',
    access: { permission: CREATE },
    body: documentOf(campaignV2),
    idempotency: 'stored',
    responses: { 201: campaignView },
    errors: [...WRITE_ERRORS, 'ALREADY_EXISTS'],
    async handler({ body, claims }) {
      const campaign = await manager.create(body, claims);
      return { status: 201, data: campaign, headers: headersOf(campaign) };
    },
  }),
  route({
    method: 'POST',
    path: '/campaigns/import',
    summary: 'Makes campaigns with their markets what their documents say; a repetition changes nothing',
    access: { permission: CREATE },
    body: importBody,
    maxBodyBytes: MAX_IMPORT_BYTES,
    responses: { 200: z.object({ campaigns: z.array(importOutcome) }) },
    errors: [...WRITE_ERRORS, 'ALREADY_EXISTS'],
    async handler({ body, claims }) {
      return { status: 200, data: { campaigns: await manager.importCampaigns(body.campaigns, claims) } };
    },
  }),
  route({
    method: 'POST',
    path: '/campaigns/:campaignId',
    summary: 'Changes a campaign by a JSON merge patch: null removes, arrays replace',
    access: 'token',
    params,
    body: documentOf(campaignV2.partial()),
    headers: ['if-match'],
    responses: { 200: campaignView },
    errors: [...WRITE_ERRORS, 'CAMPAIGN_NOT_FOUND', 'PRECONDITION_REQUIRED', 'VERSION_CONFLICT'],
    async handler({ params: { campaignId }, body, claims, header }) {
      // Read inside, behind the check of rights: 428 would tell a stranger nothing, but 404 is what they have to get.
      const ifMatch = (): number | '*' => readIfMatch(header('if-match'));
      const campaign = await manager.update(campaignId, body, { ifMatch, claims });
      return { status: 200, data: campaign, headers: headersOf(campaign) };
    },
  }),
];

export const createCampaignRoutes = ({ manager }: { manager: CampaignManager }): Route[] => [
  ...readRoutes(manager),
  ...writeRoutes(manager),
];

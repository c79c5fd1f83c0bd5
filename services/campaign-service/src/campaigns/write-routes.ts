import { z } from '@verifiedfan/schema';
import { can, type Route, readIfMatch, route, type TokenClaims } from '@verifiedfan/service';
import { accessOf } from '../rights/index.ts';
import type { CampaignManager } from './manager.ts';
import { campaignHeaders, campaignParams, describedAs, documentOf } from './route-parts.ts';
import { campaignPatch, campaignV2, campaignView, MAX_IMPORT } from './schemas.ts';

const MAX_IMPORT_BYTES = 16_777_216;

const importBody = describedAs(
  z.strictObject({ campaigns: z.array(z.record(z.string(), z.json())).max(MAX_IMPORT) }),
  z.strictObject({ campaigns: z.array(campaignV2).max(MAX_IMPORT) }),
);

const importOutcome = z
  .object({ _id: z.string(), outcome: z.enum(['created', 'updated', 'unchanged']), version: z.int() })
  .meta({ id: 'ImportOutcome' });

const WRITE_ERRORS = ['INVALID_CAMPAIGN', 'DOMAIN_NAME_CONFLICT', 'CATALOGUE_UNAVAILABLE', 'CONTENTION'] as const;

/** The creator may do everything with the new campaign at once, but other services know only what the token lists. */
const tokenHint = (claims: TokenClaims, ids: readonly string[]): { token?: 'refresh' } =>
  ids.every((id) => can(claims, id, 'update')) ? {} : { token: 'refresh' };

export const createWriteRoutes = ({ manager }: { manager: CampaignManager }): Route[] => [
  route({
    method: 'POST',
    path: '/campaigns',
    summary: 'Creates a campaign in DRAFT, with its markets if it names any',
    access: accessOf('POST /campaigns'),
    body: documentOf(campaignV2),
    idempotency: 'stored',
    responses: { 201: campaignView },
    errors: [...WRITE_ERRORS, 'ALREADY_EXISTS'],
    async handler({ body, claims, operation }) {
      const campaign = await manager.create(body, { claims, operation });
      return { status: 201, data: campaign, headers: campaignHeaders(campaign), ...tokenHint(claims, [campaign._id]) };
    },
  }),
  route({
    method: 'POST',
    path: '/campaigns/import',
    summary: 'Makes campaigns with their markets what their documents say; a repetition changes nothing',
    access: accessOf('POST /campaigns/import'),
    body: importBody,
    maxBodyBytes: MAX_IMPORT_BYTES,
    responses: { 200: z.object({ campaigns: z.array(importOutcome) }) },
    errors: [...WRITE_ERRORS, 'ALREADY_EXISTS'],
    async handler({ body, claims }) {
      const campaigns = await manager.importCampaigns(body.campaigns, claims);
      const created = campaigns.filter(({ outcome }) => outcome === 'created').map(({ _id }) => _id);
      return { status: 200, data: { campaigns }, ...tokenHint(claims, created) };
    },
  }),
  route({
    method: 'POST',
    path: '/campaigns/:campaignId',
    summary: 'Changes a campaign by a JSON merge patch: null removes, arrays replace',
    access: accessOf('POST /campaigns/:campaignId'),
    params: campaignParams,
    body: documentOf(campaignPatch),
    headers: ['if-match'],
    responses: { 200: campaignView },
    errors: [...WRITE_ERRORS, 'CAMPAIGN_NOT_FOUND', 'PRECONDITION_REQUIRED', 'VERSION_CONFLICT'],
    async handler({ params: { campaignId }, body, claims, header }) {
      // Read inside, behind the check of rights: 428 would tell a stranger nothing, but 404 is what they have to get.
      const ifMatch = (): number | '*' => readIfMatch(header('if-match'));
      const campaign = await manager.update(campaignId, body, { ifMatch, claims });
      return { status: 200, data: campaign, headers: campaignHeaders(campaign) };
    },
  }),
];

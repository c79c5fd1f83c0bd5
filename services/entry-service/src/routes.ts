import { z } from '@verifiedfan/schema';
import { hasPermission, type Route, route, type TokenClaims } from '@verifiedfan/service';
import type { RegistrationManager } from './registration-manager.ts';
import {
  campaignParams,
  encodeCursor,
  entryParams,
  entryView,
  lookupBody,
  pageQuery,
  registrationBody,
  toEntryView,
} from './schemas.ts';

const DEFAULT_LIMIT = 50;
const READ = { campaignAction: 'read', permission: 'entries:read' } as const;

const rights = (claims: TokenClaims): { personalData: boolean } => ({
  personalData: hasPermission(claims, 'entries:personal-data'),
});

/** Registration intake, reading and erasure. */
export const createEntryRoutes = ({ registrations }: { registrations: RegistrationManager }): Route[] => [
  route({
    method: 'POST',
    path: '/entries',
    summary: 'Registers a member for a campaign; 200 when the same registration is there already',
    access: { permission: 'entries:register' },
    body: registrationBody,
    idempotency: 'stored',
    responses: { 200: entryView, 201: entryView },
    errors: ['ALREADY_EXISTS', 'CONTENTION'],
    async handler({ body: { campaignId, memberId, ...registration } }) {
      const { outcome, entry } = await registrations.register({
        campaignId,
        memberId,
        registration: registration as never,
      });
      // Never with personal data: this answer is kept under the idempotency key.
      return { status: outcome === 'registered' ? 201 : 200, data: toEntryView(entry, { personalData: false }) };
    },
  }),
  route({
    method: 'POST',
    path: '/entries/lookup',
    summary: 'Finds entries of a campaign by e-mail address or phone number, which stay out of paths and queries',
    access: { permission: 'entries:personal-data' },
    body: lookupBody,
    responses: { 200: z.array(entryView) },
    async handler({ body, claims }) {
      const found = await registrations.lookUp(body);
      return { status: 200, data: found.map((entry) => toEntryView(entry, rights(claims))) };
    },
  }),
  route({
    method: 'GET',
    path: '/entries/:campaignId/:memberId',
    summary: 'One entry; e-mail and phone only with the permission entries:personal-data',
    access: READ,
    params: entryParams,
    responses: { 200: entryView },
    errors: ['ENTRY_NOT_FOUND'],
    async handler({ params: { campaignId, memberId }, claims }) {
      return { status: 200, data: toEntryView(await registrations.find(campaignId, memberId), rights(claims)) };
    },
  }),
  route({
    method: 'DELETE',
    path: '/entries/:campaignId/:memberId',
    summary: 'Erases what is kept of a member in a campaign; also answers 204 when there is nothing',
    access: { permission: 'entries:erase' },
    params: entryParams,
    responses: { 204: null },
    async handler({ params: { campaignId, memberId } }) {
      await registrations.erase(campaignId, memberId);
      return { status: 204 };
    },
  }),
  route({
    method: 'GET',
    path: '/campaigns/:campaignId/entries',
    summary: 'Entries of a campaign in the order of their member ids, in pages',
    access: READ,
    params: campaignParams,
    query: pageQuery,
    responses: { 200: z.array(entryView) },
    async handler({ params: { campaignId }, query: { limit = DEFAULT_LIMIT, cursor }, claims }) {
      const { entries, next } = await registrations.list({ campaignId, limit, after: cursor });
      return {
        status: 200,
        data: entries.map((entry) => toEntryView(entry, rights(claims))),
        next: next === undefined ? null : encodeCursor(next),
      };
    },
  }),
];

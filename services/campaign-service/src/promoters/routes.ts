import { idSchema, isId, pageLimitSchema, z } from '@verifiedfan/schema';
import { entityTag, type Route, readIfMatch, route } from '@verifiedfan/service';
import { documentOf } from '../campaigns/route-parts.ts';
import { accessOf } from '../rights/index.ts';
import type { PromoterManager } from './manager.ts';
import { type Promoter, promoterPatch, promoterV1, promoterView } from './promoter.ts';

const DEFAULT_LIMIT = 50;

const params = z.strictObject({ promoterId: idSchema });
const listQuery = z.strictObject({
  limit: pageLimitSchema.default(DEFAULT_LIMIT).meta({ description: '1 to 200, 50 by default' }),
  cursor: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,172}$/)
    .transform((text) => Buffer.from(text, 'base64url').toString())
    .refine(isId, 'Is not the meta.next of a page')
    .optional()
    .meta({ description: 'meta.next of the page before' }),
});

const findQuery = z.strictObject({
  leastVersion: z
    .string()
    .regex(/^[1-9][0-9]{0,14}$/, 'Must be a version')
    .transform(Number)
    .optional()
    .meta({
      description: 'A version that the caller knows of, from a change: the answer is not older, whatever a cache holds',
    }),
});

const headersOf = ({ version }: Promoter): Record<string, string> => ({
  etag: entityTag(version),
  'cache-control': 'private, no-cache',
});

const readRoutes = (manager: PromoterManager): Route[] => [
  route({
    method: 'GET',
    path: '/promoters',
    summary: 'Promoters in the order of their ids, in pages',
    access: accessOf('GET /promoters'),
    query: listQuery,
    responses: { 200: z.array(promoterView) },
    async handler({ query: { limit, cursor } }) {
      const { promoters, next } = await manager.list({ limit, after: cursor });
      return {
        status: 200,
        data: promoters,
        next: next === undefined ? null : Buffer.from(next).toString('base64url'),
      };
    },
  }),
  route({
    method: 'GET',
    path: '/promoters/:promoterId',
    summary: 'A promoter',
    access: accessOf('GET /promoters/:promoterId'),
    params,
    query: findQuery,
    responses: { 200: promoterView },
    errors: ['PROMOTER_NOT_FOUND'],
    async handler({ params: { promoterId }, query: { leastVersion } }) {
      const promoter = await manager.findById(promoterId, leastVersion);
      return { status: 200, data: promoter, headers: headersOf(promoter) };
    },
  }),
];

const CHANGE_ERRORS = ['PROMOTER_NOT_FOUND', 'CONTENTION', 'PRECONDITION_REQUIRED', 'VERSION_CONFLICT'] as const;

const writeRoutes = (manager: PromoterManager): Route[] => [
  route({
    method: 'POST',
    path: '/promoters',
    summary: 'Creates a promoter',
    access: accessOf('POST /promoters'),
    body: documentOf(promoterV1),
    idempotency: 'stored',
    responses: { 201: promoterView },
    errors: ['ALREADY_EXISTS', 'CONTENTION'],
    async handler({ body, operation }) {
      const promoter = await manager.create(body, operation);
      return { status: 201, data: promoter, headers: headersOf(promoter) };
    },
  }),
  route({
    method: 'POST',
    path: '/promoters/:promoterId',
    summary: 'Changes a promoter by a JSON merge patch: null removes',
    access: accessOf('POST /promoters/:promoterId'),
    params,
    body: documentOf(promoterPatch),
    headers: ['if-match'],
    responses: { 200: promoterView },
    errors: CHANGE_ERRORS,
    async handler({ params: { promoterId }, body, header }) {
      const promoter = await manager.update(promoterId, body, readIfMatch(header('if-match')));
      return { status: 200, data: promoter, headers: headersOf(promoter) };
    },
  }),
  route({
    method: 'DELETE',
    path: '/promoters/:promoterId',
    summary: 'Removes a promoter; campaigns that name it keep its id',
    access: accessOf('DELETE /promoters/:promoterId'),
    params,
    headers: ['if-match'],
    responses: { 204: null },
    errors: CHANGE_ERRORS,
    async handler({ params: { promoterId }, header }) {
      await manager.remove(promoterId, readIfMatch(header('if-match')));
      return { status: 204 };
    },
  }),
];

export const createPromoterRoutes = ({ manager }: { manager: PromoterManager }): Route[] => [
  ...readRoutes(manager),
  ...writeRoutes(manager),
];

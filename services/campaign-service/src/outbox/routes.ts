import { dateTimeSchema, pageLimitSchema, z } from '@verifiedfan/schema';
import { type Route, route } from '@verifiedfan/service';
import { accessOf } from '../rights/index.ts';
import { DESTINATIONS } from './publication.ts';
import type { Relay } from './relay.ts';

const DEFAULT_LIMIT = 50;
const MAX_IDS = 100;

const deadEvent = z
  .object({
    id: z.string(),
    destination: z.enum(DESTINATIONS),
    campaignId: z.string(),
    sequence: z.int(),
    reason: z.string(),
    attempts: z.int(),
    deadAt: dateTimeSchema,
    event: z.record(z.string(), z.unknown()),
  })
  .meta({ id: 'DeadEvent' });

/** `<when>/<id>` of the last event of the page before; neither part has a slash in it. */
const cursorSchema = z
  .string()
  .regex(/^[A-Za-z0-9_-]{1,400}$/)
  .transform((text) => Buffer.from(text, 'base64url').toString())
  .refine((text) => /^[0-9TZ:.-]{24}\/[A-Za-z0-9._:-]{1,200}$/.test(text), 'Is not the meta.next of a page')
  .transform((text) => ({ deadAt: text.slice(0, 24), id: text.slice(25) }));

const listQuery = z.strictObject({
  limit: pageLimitSchema.optional(),
  cursor: cursorSchema.optional(),
});

const redriveBody = z.strictObject({ ids: z.array(z.string().min(1).max(256)).min(1).max(MAX_IDS) });

/** For operators: events that were given up, with their reasons, and the way to send them after all. */
export const createOutboxRoutes = ({ relay }: { relay: Pick<Relay, 'list' | 'redrive'> }): Route[] => [
  route({
    method: 'GET',
    path: '/outbox/dead-events',
    summary: 'Events that no destination would take, the oldest first, with the reasons',
    access: accessOf('GET /outbox/dead-events'),
    query: listQuery,
    responses: { 200: z.array(deadEvent) },
    async handler({ query: { limit = DEFAULT_LIMIT, cursor } }) {
      const found = await relay.list({ limit: limit + 1, after: cursor });
      const page = found.slice(0, limit);
      const last = found.length > limit ? page.at(-1) : undefined;
      const next = last === undefined ? null : Buffer.from(`${last.deadAt}/${last.id}`).toString('base64url');
      return { status: 200, data: page, next, headers: { 'cache-control': 'no-store' } };
    },
  }),
  route({
    method: 'POST',
    path: '/outbox/redrive',
    summary: 'Sends events again that were given up; receivers drop those that are older than what they have seen',
    access: accessOf('POST /outbox/redrive'),
    body: redriveBody,
    responses: { 200: z.object({ redriven: z.int().min(0) }) },
    handler: async ({ body }) => ({ status: 200, data: { redriven: await relay.redrive(body.ids) } }),
  }),
];

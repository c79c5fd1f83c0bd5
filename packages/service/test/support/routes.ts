import { z } from '@verifiedfan/schema';
import { type Route, route } from '../../src/index.ts';

export const thing = z.object({ id: z.string(), size: z.int().optional() });

export const routes = (): Route[] => [
  route({
    method: 'GET',
    path: '/things/:id',
    summary: 'Reads a thing',
    access: 'public',
    params: z.strictObject({ id: z.string().max(20) }),
    query: z.strictObject({ limit: z.string().regex(/^\d$/).optional() }),
    responses: { 200: thing },
    handler: ({ params }) => ({ status: 200, data: { id: params.id } }),
  }),
  route({
    method: 'POST',
    path: '/things',
    summary: 'Makes a thing',
    access: 'public',
    body: z.strictObject({ id: z.string(), size: z.int().optional() }),
    maxBodyBytes: 1_000,
    responses: { 201: thing },
    handler: ({ body }) => ({ status: 201, data: { id: body.id }, headers: { etag: '"1"' } }),
  }),
  route({
    method: 'DELETE',
    path: '/things',
    summary: 'Fails',
    access: 'public',
    responses: { 204: null },
    handler: () => {
      throw new Error('secret inside');
    },
  }),
];

export const json = { 'content-type': 'application/json' };

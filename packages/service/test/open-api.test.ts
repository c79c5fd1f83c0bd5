import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { idSchema, z } from '@verifiedfan/schema';
import { route } from '../src/index.ts';
import { startService } from './support/service.ts';

const routes = [
  route({
    method: 'POST',
    path: '/campaigns/:campaignId',
    summary: 'Changes a campaign',
    access: { campaignAction: 'update' },
    params: z.strictObject({ campaignId: idSchema }),
    query: z.strictObject({ dry: z.enum(['yes', 'no']).optional() }),
    body: z.strictObject({ name: z.string().min(1) }),
    headers: ['if-match'],
    idempotency: 'stored',
    responses: { 200: z.object({ version: z.int() }), 204: null },
    errors: ['CAMPAIGN_NOT_FOUND', 'VERSION_CONFLICT'],
    handler: () => ({ status: 204 }),
  }),
];

describe('/openapi.json', () => {
  it('describes what the contracts say', async (context) => {
    const { call } = await startService(context, routes, { errors: { CAMPAIGN_NOT_FOUND: 404 } });
    const document = (await call('/openapi.json')).json();
    assert.partialDeepStrictEqual(document, {
      openapi: '3.1.0',
      info: { title: 'test-service', version: '1.0.0' },
      paths: {
        '/campaigns/{campaignId}': {
          post: {
            summary: 'Changes a campaign',
            security: [{ bearer: [] }],
            parameters: [
              { name: 'campaignId', in: 'path', required: true, schema: { type: 'string' } },
              { name: 'dry', in: 'query', required: false, schema: { enum: ['yes', 'no'] } },
              { name: 'if-match', in: 'header' },
              { name: 'idempotency-key', in: 'header' },
            ],
            requestBody: {
              content: { 'application/json': { schema: { properties: { name: { type: 'string', minLength: 1 } } } } },
            },
            responses: {
              200: {
                content: {
                  'application/json': {
                    schema: { properties: { data: { properties: { version: { type: 'integer' } } } } },
                  },
                },
              },
              204: { description: 'Done' },
              400: { description: 'VALIDATION_ERROR' },
              401: { description: 'UNAUTHORIZED' },
              404: { description: 'CAMPAIGN_NOT_FOUND' },
              409: { description: 'IDEMPOTENCY_KEY_REUSED' },
              412: { description: 'VERSION_CONFLICT' },
            },
          },
        },
        '/health': { get: { security: [] } },
      },
    });
  });
});

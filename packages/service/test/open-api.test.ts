import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Validator } from '@seriousme/openapi-schema-validator';
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
              { name: 'if-match', in: 'header', required: false, schema: { pattern: '^(?:"[1-9][0-9]{0,14}"|\\*)$' } },
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

  it('is valid OpenAPI 3.1, and holds each named schema once', async (context) => {
    const named = z.object({ id: z.string() }).meta({ id: 'Thing' });
    const thing = (path: string, schema: z.ZodType) =>
      route({
        method: 'GET',
        path,
        summary: 'A thing',
        access: 'supreme',
        responses: { 200: schema },
        handler: () => ({ status: 200, data: {} }),
      });
    const all = [...routes, thing('/thing', named), thing('/things', z.array(named))];
    const { call } = await startService(context, all, { errors: { CAMPAIGN_NOT_FOUND: 404 } });
    const document = (await call('/openapi.json')).json() as Record<string, unknown>;
    assert.equal((await new Validator().validate(document)).valid, true);
    const { components } = document as { components: { schemas: Record<string, unknown> } };
    assert.deepEqual(Object.keys(components.schemas), ['Error', 'Meta', 'Thing']);
    const twice = [thing('/a', named), thing('/b', z.object({ other: z.string() }).meta({ id: 'Thing' }))];
    const { call: ask } = await startService(context, twice);
    assert.equal((await ask('/openapi.json')).status, 500);
  });
});

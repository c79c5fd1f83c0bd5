import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Validator } from '@seriousme/openapi-schema-validator';
import { startService } from './support.ts';

type Operation = {
  operationId: string;
  security: { bearer: string[] }[];
  responses: Record<string, { content?: Record<string, { schema?: unknown }> }>;
};
type Document = { paths: Record<string, Record<string, Operation>>; components: { schemas: Record<string, unknown> } };

const operationsOf = ({ paths }: Document) =>
  Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ name: `${method} ${path}`, ...operation })),
  );

describe('the OpenAPI document', () => {
  it('is valid OpenAPI 3.1', async (context) => {
    const { call } = await startService(context);
    const document = (await call('/openapi.json')).json() as Document & Record<string, unknown>;
    const validator = new Validator();
    const { valid, errors } = await validator.validate(document);
    assert.deepEqual([valid, errors, validator.version], [true, undefined, '3.1']);
  });

  it('declares for each operation a success, every refusal that can come, and a name of its own', async (context) => {
    const { service } = await startService(context);
    const operations = operationsOf(service.openApi() as Document);
    assert.equal(new Set(operations.map(({ operationId }) => operationId)).size, operations.length);
    for (const { name, responses, security } of operations) {
      const statuses = Object.keys(responses).map(Number);
      assert.ok(
        statuses.some((status) => status < 300),
        name,
      );
      assert.ok(statuses.includes(500) && statuses.includes(503), name);
      assert.equal(statuses.includes(401), security.length > 0, name);
      if (/^(?:post|put|patch)/.test(name) && name.includes('{')) assert.ok(statuses.includes(404), name);
    }
  });

  it('refers to nothing that it does not hold', async (context) => {
    const { service } = await startService(context);
    const document = service.openApi() as Document;
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g)];
    assert.ok(references.length > 10);
    for (const [, name = ''] of references) assert.ok(Object.hasOwn(document.components.schemas, name), name);
    assert.ok(Object.keys(document.components.schemas).every((name) => /^[A-Z][A-Za-z]+$/.test(name)));
  });

  it('can be read as a page that needs no script and no network', async (context) => {
    const { service, call } = await startService(context);
    const page = await call('/docs');
    assert.match(page.headers['content-security-policy'] ?? '', /^default-src 'none'/);
    for (const { name } of operationsOf(service.openApi() as Document)) {
      const [method = '', path = ''] = name.split(' ');
      assert.ok(page.text.includes(`<b>${method.toUpperCase()}</b><code>${path}</code>`), name);
    }
    assert.doesNotMatch(page.text, /<script|src=|@import|url\(/);
    assert.ok(page.text.length < 500_000);
  });
});

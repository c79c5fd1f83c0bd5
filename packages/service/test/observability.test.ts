import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { idSchema, z } from '@verifiedfan/schema';
import { route } from '../src/index.ts';
import { startService } from './support/service.ts';

const things = route({
  method: 'POST',
  path: '/things/:thingId',
  summary: 'Makes a thing',
  access: { permission: 'things:create' },
  params: z.strictObject({ thingId: idSchema }),
  responses: { 201: z.string() },
  handler: () => ({ status: 201, data: 'made', token: 'refresh' }),
});

describe('a supreme token', () => {
  it('leaves a line of its own and a count for each request, whatever comes of it', async (context) => {
    const { call, log } = await startService(context, [things]);
    const claims = { sub: 'admin', supreme: true };
    await call('/things/t1', { method: 'POST', claims });
    await call('/things/fan@example.com', { method: 'POST', claims });
    await call('/things/t2', { method: 'POST', claims: { permissions: ['things:create'] } });
    await call('/health', { claims });
    const path = '/things/:thingId';
    assert.deepEqual(
      log.lines.filter(({ message }) => message === 'supreme').map(({ level, data }) => ({ level, ...data })),
      [
        { level: 'warn', method: 'POST', path, status: 201, subject: 'admin', ids: { thingId: 't1' } },
        { level: 'warn', method: 'POST', path, status: 400, subject: 'admin', ids: { thingId: '*' } },
      ],
    );
    const metrics = (await call('/metrics')).text;
    assert.match(metrics, /supreme_request_count\{method="POST",path="\/things\/:thingId",status="201"\} 1\n/);
  });
});

describe('a log line', () => {
  it('names the module that wrote it', async (context) => {
    const paths: string[] = [];
    const silent = { debug() {}, info() {}, warn() {}, error() {} };
    const note = (path: string) => (message: string) => {
      paths.push(`${path}: ${message}`);
    };
    const at = (path: string) => ({ ...silent, info: note(path), warn: note(path), error: note(path) });
    const failing = route({
      method: 'GET',
      path: '/failing',
      summary: 'Fails',
      access: 'token',
      responses: { 204: null },
      handler: () => {
        throw new Error('broken');
      },
    });
    const { call } = await startService(context, [failing], { log: { ...silent, at } });
    await call('/failing', { claims: { supreme: true } });
    await call('/failing', { headers: { expect: 'wonders' } });
    assert.deepEqual(paths, [
      'test-service/pipeline/error-formatter: request failed',
      'test-service/pipeline/audit: supreme',
      'test-service/pipeline/access-log: request',
      'test-service/raw-answers: request',
    ]);
  });
});

describe('an answer', () => {
  it('says when a new token would hold more rights', async (context) => {
    const { call } = await startService(context, [things]);
    const answer = await call('/things/t1', { method: 'POST', claims: { supreme: true } });
    assert.partialDeepStrictEqual(answer.json(), { data: 'made', meta: { token: 'refresh' } });
  });
});

describe('/metrics', () => {
  it('asks for each measurement once', async (context) => {
    let asked = 0;
    const read = () => {
      asked += 1;
      return asked;
    };
    const { call } = await startService(context, [], { gauges: { asked: { help: 'How often it was asked', read } } });
    assert.match((await call('/metrics')).text, /asked 1\n/);
    assert.equal(asked, 1);
  });

  it('tells what a service measures itself, and the rest when one measurement fails', async (context) => {
    let down = false;
    const gauges = {
      outbox_dead_rows: {
        help: 'Rows that nobody could deliver',
        label: 'destination',
        read: async (): Promise<Record<string, number>> => {
          if (down) throw new Error('no database');
          return { stream: 2, purge: 0 };
        },
      },
      open_campaigns: { help: 'Campaigns', read: () => 7 },
    };
    const { call } = await startService(context, [], { gauges });
    const metrics = (await call('/metrics')).text;
    assert.match(metrics, /outbox_dead_rows\{destination="stream"\} 2\noutbox_dead_rows\{destination="purge"\} 0\n/);
    down = true;
    const without = await call('/metrics');
    assert.equal(without.status, 200);
    assert.match(without.text, /open_campaigns 7\n/);
    assert.doesNotMatch(without.text, /outbox_dead_rows\{/);
  });
});

describe('/docs', () => {
  it('is a page of the description that runs nothing and loads nothing', async (context) => {
    const { call } = await startService(context, [things]);
    const page = await call('/docs');
    assert.match(page.headers['content-type'] ?? '', /^text\/html/);
    assert.match(page.headers['content-security-policy'] ?? '', /^default-src 'none'; style-src 'sha256-/);
    assert.match(page.text, /<code>\/things\/\{thingId\}<\/code> Makes a thing/);
    assert.match(page.text, /One of: things:create, supreme/);
    assert.doesNotMatch(page.text, /<script|src=|https?:|@import/);
  });
});

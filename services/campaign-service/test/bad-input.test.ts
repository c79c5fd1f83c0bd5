import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CREATOR, create, WORKER } from './fixtures.ts';
import { errorOf, startService } from './support.ts';

const JSON_TYPE = { 'content-type': 'application/json' };
const EVIL = 'x\r\n{"level":"error","message":"forged"}';

describe('campaign-service', () => {
  it('answers whatever goes wrong in one form, logs it under its route, and counts it', async (context) => {
    const { call, lines, database } = await startService(context);
    const large = `{"campaigns":[{"_id":"c1","name":"${'x'.repeat(20_000_000)}"}]}`;
    const deep = `{"name":${'{"en":'.repeat(5_000)}1${'}'.repeat(5_000)}}`;
    const invalid = Buffer.concat([Buffer.from('{"name":"'), Buffer.from([0xc3, 0x28]), Buffer.from('"}')]);
    const cases = [
      { path: '/campaigns', body: '{"name": fan@example.com', status: 400, template: '/campaigns' },
      { path: '/campaigns', body: deep, status: 400, template: '/campaigns' },
      { path: '/campaigns', body: invalid, status: 400, template: '/campaigns' },
      { path: '/campaigns', body: '{"name":"x","__proto__":{"a":1}}', status: 400, template: '/campaigns' },
      { path: '/campaigns', body: '[]', status: 400, template: '/campaigns' },
      { path: '/campaigns/import', body: large, status: 413, template: '/campaigns/import' },
      { path: '/campaigns', body: large, status: 413, template: '/campaigns' },
      {
        path: '/campaigns',
        body: 'a=1',
        headers: { 'content-type': 'text/plain' },
        status: 415,
        template: '/campaigns',
      },
      {
        path: '/campaigns/c1',
        method: 'TRACE',
        status: 405,
        template: '/campaigns/:campaignId',
        allow: 'GET, HEAD, POST',
      },
      { path: '/campaigns/refresh', method: 'GET', status: 405, template: '/campaigns/refresh', allow: 'POST' },
      { path: '/campaigns', method: 'PROPFIND', status: 405, template: '/campaigns', allow: 'GET, HEAD, POST' },
      { path: '/no/such/thing', method: 'GET', status: 404, template: 'unmatched' },
      { path: '/campaigns/__proto__', method: 'GET', status: 400, template: '/campaigns/:campaignId' },
      { path: '/campaigns/%C3%28', method: 'GET', status: 400, template: '/campaigns/:campaignId' },
      { path: '/campaigns/a%2Fb', method: 'GET', status: 400, template: '/campaigns/:campaignId' },
      { path: '/campaigns/..%2F..%2Fmetrics', method: 'GET', status: 400, template: '/campaigns/:campaignId' },
      { path: `/campaigns/${'a'.repeat(200)}`, method: 'GET', status: 400, template: '/campaigns/:campaignId' },
    ];
    for (const { path, status, template, allow, headers = JSON_TYPE, ...options } of cases) {
      lines.length = 0;
      const correlation = { 'x-correlation-id': 'c-1' };
      const answer = await call(path, { ...options, claims: CREATOR, headers: { ...headers, ...correlation } });
      const name = `${path.slice(0, 40)} ${String(options.body).slice(0, 40)}`;
      assert.deepEqual([answer.status, answer.headers.allow], [status, allow], name);
      assert.partialDeepStrictEqual(answer.json(), { error: { correlation: 'c-1' } }, name);
      const line = lines.map((each) => JSON.parse(each)).find(({ message }) => message === 'request');
      assert.deepEqual([line?.status, line?.path], [status, template], name);
      assert.ok(!lines.join().includes('fan@'), name);
    }
    const metrics = (await call('/metrics')).text;
    assert.match(metrics, /request_count\{method="POST",path="\/campaigns\/import",status="413"\} 1\n/);
    assert.match(metrics, /request_count\{method="TRACE",path="\/campaigns\/:campaignId",status="405"\} 1\n/);
    assert.doesNotMatch(metrics, /__proto__|aaaa/);
    assert.equal(await database.collection('campaigns').count(), 0);
  });

  it('lets nothing that a caller sends forge a line of the log, a header or a label', async (context) => {
    const service = await startService(context);
    await create(service);
    service.lines.length = 0;
    const evil = encodeURIComponent(EVIL);
    const calls = [
      `/campaigns/${evil}`,
      `/campaigns?q=${evil}`,
      `/campaigns?cursor=${evil}`,
      `/campaigns?${evil}=1`,
      `/campaigns/tour-2027?locale=${evil}`,
    ];
    for (const path of calls) {
      const answer = await service.call(path, {
        claims: WORKER,
        headers: { 'x-correlation-id': 'a b {"level":"error"}', 'user-agent': 'forged', traceparent: 'forged' },
      });
      assert.match(answer.headers['x-correlation-id'] ?? '', /^[0-9a-f-]{36}$/, path);
      assert.ok(!answer.text.includes('forged'), path);
    }
    assert.ok(service.lines.every((line) => !line.includes('forged')));
    assert.ok(!(await service.call('/metrics')).text.includes('forged'));
  });

  it('takes no operators of the database for values', async (context) => {
    const service = await startService(context);
    await create(service);
    const bodies = [
      { name: { $gt: '' } },
      { name: 'x', promoterId: { $ne: 'x' } },
      { name: 'x', 'domain.site': 'a.example.com' },
    ];
    for (const json of bodies) {
      const answer = await service.call('/campaigns', { json, claims: CREATOR });
      assert.equal(answer.status, 400, JSON.stringify(json));
      assert.equal(errorOf(answer).type, 'VALIDATION_ERROR');
    }
  });

  it('says which dependency is down, and answers that it lives', async (context) => {
    const { database: real, ...running } = await startService(context);
    assert.equal((await running.call('/ready')).status, 200);
    const down = async (): Promise<never> => {
      throw new Error('mongodb://user:secret@host is down');
    };
    const collection = (name: string) => ({ ...real.collection(name), findById: down, findOne: down, find: down });
    const database = { collection: collection as typeof real.collection, transact: down };
    const broken = await startService(context, { database });
    const answer = await broken.call('/ready');
    assert.equal(answer.status, 503);
    assert.deepEqual(
      errorOf(answer).details?.map(({ pointer }) => pointer),
      ['/campaigns'],
    );
    assert.ok(!answer.text.includes('secret'));
    assert.equal((await broken.call('/health')).status, 200);
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { request } from '@verifiedfan/test-utils';
import { fastlyStandIn, SANDBOX_FASTLY } from '../src/index.ts';
import { startSandbox } from './set-up.ts';

const { token, serviceId } = SANDBOX_FASTLY;

const start = async (test: Parameters<typeof startSandbox>[0], options = {}) => {
  const started = await startSandbox(test, { standIns: [fastlyStandIn(options)] });
  const call = (path: string, headers: Record<string, string> = {}, json?: unknown) =>
    request({
      url: `${started.url}/fastly/service/${path}`,
      method: 'POST',
      headers: { 'fastly-key': token, ...headers },
      ...(json === undefined ? {} : { json }),
    });
  const received = async () => (await started.sandbox.standIn('fastly').received()).map(({ entry }) => entry);
  return { ...started, call, received };
};

describe('the Fastly stand-in', () => {
  it('purges one key, softly when it is asked to', async (test) => {
    const { call, received } = await start(test);
    const answer = await call(`${serviceId}/purge/campaign%2Ftour`, { 'fastly-soft-purge': '1' });
    assert.equal(answer.status, 200);
    assert.equal((answer.json() as { status: string }).status, 'ok');
    await call(`${serviceId}/purge/site%2Ftour.example.com`);
    assert.deepEqual(
      (await received()).map(({ keys, soft }) => [keys, soft]),
      [
        [['campaign/tour'], true],
        [['site/tour.example.com'], false],
      ],
    );
  });

  it('purges a batch by body or header, and answers an id for each key', async (test) => {
    const { call } = await start(test);
    const body = await call(`${serviceId}/purge`, {}, { surrogate_keys: ['a', 'b'] });
    assert.deepEqual(Object.keys(body.json() as object), ['a', 'b']);
    const header = await call(`${serviceId}/purge`, { 'surrogate-key': 'c d' });
    assert.deepEqual(Object.keys(header.json() as object), ['c', 'd']);
  });

  it('refuses tokens, services, batches and keys as the vendor does', async (test) => {
    const { call, received } = await start(test);
    const keys = Array.from({ length: 257 }, (_, n) => `k${n}`);
    const status = async (...args: Parameters<typeof call>) => (await call(...args)).status;
    assert.equal(await status(`${serviceId}/purge/a`, { 'fastly-key': 'other' }), 401);
    assert.equal(await status('other/purge/a'), 404);
    assert.equal(await status(`${serviceId}/purge`, {}, { surrogate_keys: keys }), 400);
    assert.equal(await status(`${serviceId}/purge`, {}, { surrogate_keys: ['a b'] }), 400);
    assert.equal(await status(`${serviceId}/purge`, {}, {}), 400);
    assert.equal(await status(`${serviceId}/purge/${'k'.repeat(1_025)}`), 400);
    assert.equal(await status(`${serviceId}/purge_all`, { 'fastly-soft-purge': '1' }), 400);
    assert.deepEqual(await received(), []);
    assert.equal(await status(`${serviceId}/purge_all`), 200);
  });

  it('keeps the hourly limit and says when it ends', async (test) => {
    const { call, clock } = await start(test, { hourlyLimit: 1 });
    assert.equal((await call(`${serviceId}/purge/a`)).headers['fastly-ratelimit-remaining'], '0');
    const refused = await call(`${serviceId}/purge/a`);
    assert.deepEqual([refused.status, refused.headers['retry-after']], [429, '3600']);
    await clock.advance(3_600_000);
    assert.equal((await call(`${serviceId}/purge/a`)).status, 200);
  });
});

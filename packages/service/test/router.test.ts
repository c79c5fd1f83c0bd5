import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { z } from '@verifiedfan/schema';
import { type Method, type Route, route } from '../src/index.ts';
import { createRouter } from '../src/router.ts';

const aRoute = (method: Method, path: string): Route =>
  route({
    method,
    path,
    summary: '',
    access: 'public',
    params: z.any(),
    responses: { 204: null },
    handler: () => ({ status: 204 }),
  });

const router = createRouter([
  aRoute('GET', '/campaigns'),
  aRoute('GET', '/campaigns/:campaignId'),
  aRoute('POST', '/campaigns/:campaignId'),
  aRoute('POST', '/campaigns/refresh'),
  aRoute('GET', '/campaigns/:campaignId/markets'),
]);

const found = (method: string, path: string) => {
  const match = router(method, path);
  return match.outcome === 'found' ? [match.route.path, { ...match.params }] : match.outcome;
};

describe('the router', () => {
  it('prefers fixed words to parameters', () => {
    assert.deepEqual(found('POST', '/campaigns/refresh'), ['/campaigns/refresh', {}]);
    assert.deepEqual(found('POST', '/campaigns/c1'), ['/campaigns/:campaignId', { campaignId: 'c1' }]);
  });

  it('goes back to the parameter where a fixed word leads nowhere', () => {
    assert.deepEqual(found('GET', '/campaigns/refresh/markets'), [
      '/campaigns/:campaignId/markets',
      { campaignId: 'refresh' },
    ]);
  });

  it('decodes parameters after the path was split', () => {
    assert.deepEqual(found('GET', '/campaigns/a%2Fb'), ['/campaigns/:campaignId', { campaignId: 'a/b' }]);
    const malformed = router('GET', '/campaigns/%ff');
    assert.ok(malformed.outcome === 'found' && malformed.params === undefined);
  });

  it('matches whole paths exactly', () => {
    for (const path of [
      '/',
      '',
      '/campaigns/',
      '//campaigns',
      '/Campaigns',
      '/campaigns//markets',
      '/campaigns/c1/markets/m1',
    ]) {
      assert.equal(found('GET', path), 'none', path);
    }
  });

  it('tells a wrong method from a wrong path', () => {
    assert.deepEqual(router('DELETE', '/campaigns/c1'), {
      outcome: 'method',
      template: '/campaigns/:campaignId',
      allow: 'GET, HEAD, POST',
    });
  });

  it('refuses two names for one parameter', () => {
    assert.throws(() => createRouter([aRoute('GET', '/a/:id'), aRoute('GET', '/a/:name/b')]), TypeError);
  });
});

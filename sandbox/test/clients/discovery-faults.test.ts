import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { inspect } from 'node:util';
import { DiscoveryError } from '@verifiedfan/discovery';
import { SANDBOX_DISCOVERY } from '../../src/index.ts';
import { setUp } from './discovery-set-up.ts';

const { apiKey, artistId } = SANDBOX_DISCOVERY;
const errorOf = async (promise: Promise<unknown>): Promise<DiscoveryError> => {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof DiscoveryError, inspect(error));
  return error;
};

describe('a Discovery that fails', () => {
  it('is asked again after 5xx, a reset and a spike arrest', async (test) => {
    const { discovery, controls, asked } = await setUp(test);
    const spike = JSON.stringify({ fault: { detail: { errorcode: 'policies.ratelimit.SpikeArrestViolation' } } });
    for (const fault of [{ status: 503 }, { reset: true }, { status: 429, body: spike }]) {
      controls.addFault({ route: 'attractions', ...fault });
      assert.equal((await discovery.searchArtists({ size: 1 })).items.length, 1);
    }
    assert.equal(asked().length, 6);
  });

  it('says when to come back, as the vendor does', async (test) => {
    const { discovery, controls, clock } = await setUp(test);
    controls.addFault({ route: '*', status: 429, headers: { 'retry-after': '2' } });
    await discovery.searchVenues({ size: 1 });
    assert.deepEqual(clock.waits, [2_000]);
    controls.addFault({ route: '*', status: 503, headers: { 'retry-after': '60' } });
    const error = await errorOf(discovery.searchVenues({ size: 1 }));
    assert.deepEqual([error.code, error.retryable, error.retryAfterMs], ['unavailable', true, 60_000]);
  });

  it('is left alone until the day’s quota is back', async (test) => {
    const { discovery, asked, clock } = await setUp(test, { standIn: { dailyQuota: 1 } });
    await discovery.searchArtists({ size: 1 });
    const first = await errorOf(discovery.searchArtists({ size: 1 }));
    assert.deepEqual([first.code, first.retryAfterMs], ['quota_exceeded', 86_400_000]);
    assert.equal((await errorOf(discovery.findArtist({ id: artistId }))).code, 'quota_exceeded');
    assert.equal(asked().length, 2);
    await clock.advance(86_400_000);
    assert.equal((await discovery.findArtist({ id: artistId }))?.id, artistId);
  });

  it('never gives half an answer', async (test) => {
    const { discovery, controls } = await setUp(test, { attempts: 1 });
    const cases: [object, string][] = [
      [{ body: '<html>gateway</html>' }, 'invalid_response'],
      [{ body: '' }, 'invalid_response'],
      [{ body: '{"page":' }, 'invalid_response'],
      [{ body: '[]' }, 'invalid_response'],
      [{ body: '{"page":{"size":"20","totalElements":-1,"number":0}}' }, 'invalid_response'],
      [{ dropAfterBytes: 40 }, 'unavailable'],
      [{ status: 404, body: '{}' }, 'invalid_response'],
      [{ status: 400, body: '{}' }, 'invalid_query'],
      [{ status: 403 }, 'unauthenticated'],
      [{ status: 502, body: '<html>' }, 'unavailable'],
    ];
    for (const [fault, code] of cases) {
      controls.addFault({ route: 'events', ...fault });
      assert.equal((await errorOf(discovery.searchEvents({ size: 1 }))).code, code, JSON.stringify(fault));
    }
  });

  it('skips things without an id or a name and keeps the others', async (test) => {
    const { discovery, controls } = await setUp(test);
    const items = [
      { id: 'a' },
      null,
      7,
      { id: 'b', name: 'B', images: 'x', url: 'javascript:alert(1)' },
      { name: 'c' },
    ];
    const body = JSON.stringify({ _embedded: { attractions: items }, page: { size: 20, totalElements: 5, number: 0 } });
    controls.addFault({ route: 'attractions', body });
    assert.deepEqual((await discovery.searchArtists()).items, [{ id: 'b', name: 'B' }]);
  });

  it('refuses a wrong key for good', async (test) => {
    const { discovery, asked } = await setUp(test, { apiKey: 'wrong' });
    const error = await errorOf(discovery.searchArtists());
    assert.deepEqual(
      [error.code, error.retryable, error.vendorCode],
      ['unauthenticated', false, 'oauth.v2.InvalidApiKey'],
    );
    assert.equal(asked().length, 1);
  });

  it('keeps the key and the words that were searched for out of logs and errors', async (test) => {
    const { discovery, controls, lines } = await setUp(test, { attempts: 1 });
    controls.addFault({
      route: '*',
      status: 400,
      body: JSON.stringify({ errors: [{ code: 'DIS1015', detail: `${apiKey} secret-word` }] }),
    });
    const error = await errorOf(discovery.searchArtists({ keyword: 'secret-word' }));
    assert.equal(error.vendorCode, 'DIS1015');
    assert.ok(!inspect(error, { depth: 9, showHidden: true }).includes('secret-word'));
    assert.ok(lines.length > 0);
    assert.ok(!`${lines.join('\n')}${inspect(error, { depth: 9 })}`.includes(apiKey));
  });

  it('ends at the caller’s signal', async (test) => {
    const { discovery } = await setUp(test);
    assert.equal((await errorOf(discovery.searchArtists({ signal: AbortSignal.abort() }))).code, 'aborted');
  });
});

describe('the pace of calls', () => {
  it('lets some pass at once, then one after the other, and turns away who would wait too long', async (test) => {
    const { discovery, clock } = await setUp(test, { perSecond: 2, deadlineMs: 1_000 });
    const search = () => discovery.searchArtists({ size: 1 });
    for (let n = 0; n < 4; n += 1) await search();
    assert.deepEqual(clock.waits, [500, 500]);
    const outcomes = await Promise.allSettled(Array.from({ length: 6 }, search));
    const refused = outcomes.filter(({ status }) => status === 'rejected');
    assert.ok(refused.length >= 1, 'those beyond a second of waiting');
    const error = await errorOf(Promise.reject(refused[0]?.status === 'rejected' ? refused[0].reason : undefined));
    assert.equal(error.code, 'rate_limited');
    assert.ok(Number(error.retryAfterMs) > 1_000);
  });
});

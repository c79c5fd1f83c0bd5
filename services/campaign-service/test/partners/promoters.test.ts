import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import type { Claims } from '../support.ts';
import { dataOf, errorOf } from '../support.ts';
import { startWithPartners } from './set-up.ts';

const WRITER: Claims = { sub: 'office', permissions: ['promoters:write'] };
const one = { _id: 'p1', name: { en: 'Promoter', de: 'Veranstalter' }, website: 'https://promoter.example.com' };
type Promoter = { _id: string; name: unknown; website?: string; version: number; updatedAt: string };

const start = async (context: TestContext) => {
  const service = await startWithPartners(context);
  const post = (path: string, json: unknown, ifMatch?: string, claims = WRITER) =>
    service.call(path, { json, claims, headers: ifMatch === undefined ? {} : { 'if-match': ifMatch } });
  const remove = (id: string, ifMatch?: string) =>
    service.call(`/promoters/${id}`, {
      method: 'DELETE',
      claims: WRITER,
      headers: ifMatch === undefined ? {} : { 'if-match': ifMatch },
    });
  return { ...service, post, remove };
};

describe('promoters', () => {
  it('are created, read, listed, changed and removed', async (context) => {
    const { call, post, remove } = await start(context);
    const created = await post('/promoters', one);
    assert.deepEqual([created.status, created.headers.etag], [201, '"1"']);
    assert.partialDeepStrictEqual(dataOf<Promoter>(await call('/promoters/p1')), { ...one, version: 1 });
    const changed = await post('/promoters/p1', { website: null, country: 'DE' }, '"1"');
    assert.deepEqual([changed.status, changed.headers.etag], [200, '"2"']);
    const read = await call('/promoters/p1');
    assert.equal(read.headers.etag, '"2"');
    assert.equal(dataOf<Promoter>(read).website, undefined);
    assert.deepEqual(
      dataOf<Promoter[]>(await call('/promoters')).map(({ version }) => version),
      [2],
    );
    assert.equal((await remove('p1', '"2"')).status, 204);
    const gone = await call('/promoters/p1');
    assert.deepEqual([gone.status, errorOf(gone).type], [404, 'PROMOTER_NOT_FOUND']);
    assert.deepEqual(dataOf(await call('/promoters')), []);
    const successor = await post('/promoters', one);
    assert.deepEqual([successor.status, successor.headers.etag], [201, '"4"']);
    assert.equal(dataOf<Promoter>(await call('/promoters/p1')).version, 4);
  });

  it('are found at once by readers who had found nothing', async (context) => {
    const { call, post } = await start(context);
    assert.equal((await call('/promoters/p1')).status, 404);
    await post('/promoters', one);
    assert.equal((await call('/promoters/p1')).status, 200);
  });

  it('lose no edit: a stale version is 412, a missing one 428, and one of two editors wins', async (context) => {
    const { post, remove } = await start(context);
    await post('/promoters', one);
    const both = await Promise.all(['A', 'B'].map((name) => post('/promoters/p1', { name }, '"1"')));
    assert.deepEqual(both.map(({ status }) => status).sort(), [200, 412]);
    assert.equal((await post('/promoters/p1', { name: 'C' })).status, 428);
    assert.deepEqual([(await remove('p1')).status, (await remove('p1', '"1"')).status], [428, 412]);
    const twenty = await Promise.all(
      Array.from({ length: 4 }, (_, n) => post('/promoters/p1', { name: `N${n}` }, '*')),
    );
    assert.ok(twenty.every(({ status }) => status === 200));
    assert.equal(Math.max(...twenty.map((answer) => dataOf<Promoter>(answer).version)), 6);
  });

  it('that come back under an id are not changed by an editor of the one before', async (context) => {
    const { call, post, remove } = await start(context);
    for (let round = 0; round < 2; round += 1) {
      const { version } = dataOf<Promoter>(await post('/promoters', one));
      assert.equal(version, 1 + 2 * round);
      for (let old = 1; old < version; old += 1)
        assert.equal((await post('/promoters/p1', { name: 'Lost' }, `"${old}"`)).status, 412);
      assert.equal((await remove('p1', `"${version}"`)).status, 204);
      assert.deepEqual([(await remove('p1', '*')).status, (await post('/promoters/p1', {}, '*')).status], [404, 404]);
      assert.equal((await call('/promoters/p1')).status, 404);
    }
    const both = await Promise.all([post('/promoters', one), post('/promoters', one)]);
    assert.deepEqual(both.map(({ status }) => status).sort(), [201, 409]);
  });

  it('are not older than a version that the reader knows of, whatever the cache holds', async (context) => {
    const { call, post, database } = await start(context);
    await post('/promoters', one);
    // As if another process had written it, and could not tell the cache.
    await database.collection('promoters').updateOne({ _id: 'p1' }, { $set: { version: 2 } });
    assert.equal((await call('/promoters/p1')).headers.etag, '"1"', 'what the cache holds');
    assert.equal((await call('/promoters/p1?leastVersion=2')).headers.etag, '"2"');
    assert.equal((await call('/promoters/p1')).headers.etag, '"2"', 'and then for everybody');
    assert.equal((await call('/promoters/p1?leastVersion=0')).status, 400);
  });

  it('do not move when nothing changes, and take back what was read', async (context) => {
    const { call, post } = await start(context);
    await post('/promoters', one);
    const read = dataOf<Promoter>(await call('/promoters/p1'));
    assert.equal(dataOf<Promoter>(await post('/promoters/p1', read, '"1"')).version, 1);
    const wrong = await post('/promoters/p1', { ...read, version: 7 }, '"1"');
    assert.deepEqual(
      errorOf(wrong).details?.map(({ pointer, rule }) => [pointer, rule]),
      [['/version', 'read_only']],
    );
  });

  it('refuse what does not fit, pointing at it', async (context) => {
    const { post } = await start(context);
    const wrong: [object, string][] = [
      [{}, '/name'],
      [{ name: '' }, '/name'],
      [{ name: 'P', website: 'javascript:alert(1)' }, '/website'],
      [{ name: 'P', website: 'https://user@host.example' }, '/website'],
      [{ name: 'P', website: 'https://:secret@host.example' }, '/website'],
      [{ name: 'P', website: 'https://host.example\n' }, '/website'],
      [{ name: 'P', website: ' https://host.example' }, '/website'],
      [{ name: 'P', website: 'https://ho\tst.example' }, '/website'],
      [{ name: 'P', website: 'https://host.example/\u0000' }, '/website'],
      [{ name: 'P', country: 'Germany' }, '/country'],
      [{ name: 'P', _id: '..' }, '/_id'],
      [{ name: 'P', _id: 'a b' }, '/_id'],
      [{ name: 'P', owner: 'x' }, '/owner'],
    ];
    for (const [json, pointer] of wrong) {
      const answer = await post('/promoters', json);
      assert.equal(answer.status, 400, JSON.stringify(json));
      assert.ok(
        errorOf(answer).details?.some((detail) => detail.pointer === pointer),
        answer.text,
      );
    }
    await post('/promoters', one);
    const again = await post('/promoters', one);
    assert.deepEqual([again.status, errorOf(again).type], [409, 'ALREADY_EXISTS']);
    assert.equal((await post('/promoters/p1', { name: null }, '"1"')).status, 400);
  });

  it('come in pages, in the order of their ids', async (context) => {
    const { call, post } = await start(context);
    for (const id of ['c', 'a', 'b']) await post('/promoters', { _id: id, name: id });
    const first = (await call('/promoters?limit=2')).json() as { data: Promoter[]; meta: { next: string } };
    assert.deepEqual(
      first.data.map(({ _id }) => _id),
      ['a', 'b'],
    );
    const second = (await call(`/promoters?limit=2&cursor=${first.meta.next}`)).json() as typeof first;
    assert.deepEqual([second.data.map(({ _id }) => _id), second.meta.next], [['c'], null]);
    assert.equal((await call('/promoters?cursor=*')).status, 400);
  });

  it('are read by every token and written with the right alone', async (context) => {
    const { call, post } = await start(context);
    assert.equal((await call('/promoters')).status, 200);
    assert.equal((await post('/promoters', one, undefined, { sub: 'x' })).status, 403);
    assert.equal((await post('/promoters', one, undefined, { sub: 'x', supreme: true })).status, 201);
  });
});

describe('users', () => {
  it('see what their token grants', async (context) => {
    const { call } = await start(context);
    const claims = {
      sub: 'u1',
      permissions: ['campaigns:read'],
      campaigns: { c1: { actions: ['read'] } },
      exp: 4_000_000_000,
    };
    assert.deepEqual(dataOf(await call('/users/me', { claims })), {
      id: 'u1',
      supreme: false,
      permissions: ['campaigns:read'],
      campaigns: [{ campaignId: 'c1', actions: ['read'] }],
      expiresAt: '2096-10-02T07:06:40.000Z',
    });
  });
});

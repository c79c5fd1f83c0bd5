import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { RequestError } from '@verifiedfan/request';
import { startScripted } from '../../request/test/scripted-server.ts';
import { createEntryClient } from '../src/index.ts';

const counts = { input: 1, found: 0, inserted: 1, updated: 0, unchanged: 0, withdrawn: 0 };
const scored = { status: 200, body: { data: counts, meta: {} } };
const refused = { status: 401, body: { error: { type: 'UNAUTHORIZED' } } };
const body = { campaignId: 'c1', scores: [] };

/** Tokens t1, t2, … where every refresh makes the next one. */
const aTokenSource = () => {
  let made = 1;
  return (options?: { refresh: boolean }): string => {
    if (options?.refresh) made += 1;
    return `t${made}`;
  };
};

describe('createEntryClient', () => {
  it('posts scoring with a token and the idempotency key, and answers the counts', async (context) => {
    const { request, seen } = await startScripted(context, [scored]);
    const client = createEntryClient({ request, getToken: aTokenSource() });
    assert.deepEqual(await client.postScoring(body, { idempotencyKey: 'k1' }), counts);
    assert.deepEqual(seen, [
      { method: 'POST', url: '/scoring', authorization: 'Bearer t1', key: 'k1', body: JSON.stringify(body) },
    ]);
  });

  it('replaces a refused token once', async (context) => {
    const { request, seen } = await startScripted(context, [refused, scored, refused, refused]);
    const client = createEntryClient({ request, getToken: aTokenSource() });
    assert.deepEqual(await client.postScoring(body), counts);
    assert.deepEqual(
      seen.map(({ authorization }) => authorization),
      ['Bearer t1', 'Bearer t2'],
    );
    await assert.rejects(client.postScoring(body), (error) => error instanceof RequestError && error.status === 401);
    assert.equal(seen.length, 4);
  });

  it('does not ask again when there is no other token', async (context) => {
    const { request, seen } = await startScripted(context, [refused, scored]);
    const client = createEntryClient({ request, getToken: () => 'same' });
    await assert.rejects(client.postScoring(body), { status: 401 });
    assert.equal(seen.length, 1);
  });

  it('refuses an answer that is none', async (context) => {
    const answers = [{}, { data: null }, { data: { ...counts, found: '0' } }].map((each) => ({
      status: 200,
      body: each,
    }));
    const { request } = await startScripted(context, answers);
    const client = createEntryClient({ request, getToken: () => 't' });
    for (const _ of answers) await assert.rejects(client.postScoring(body), { code: 'unexpected_answer' });
  });

  it('answers undefined for a member without an entry', async (context) => {
    const missing = { status: 404, body: { error: { type: 'ENTRY_NOT_FOUND' } } };
    const { request, seen } = await startScripted(context, [missing]);
    const client = createEntryClient({ request, getToken: () => 't' });
    assert.equal(await client.find('c/1', 'm1'), undefined);
    assert.equal(seen[0]?.url, '/entries/c%2F1/m1');
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { findPersonalData } from '@verifiedfan/test-utils';
import type { Entry, EntryView } from '../src/index.ts';
import { type Claims, dataOf, errorOf, startService } from './support.ts';

const REGISTRAR: Claims = { permissions: ['entries:register'] };
const READER: Claims = { permissions: ['entries:read'] };
const PRIVACY: Claims = { permissions: ['entries:read', 'entries:personal-data'] };
const ERASER: Claims = { permissions: ['entries:erase'] };

const EMAIL = 'ada.abbott@example.com';
const PHONE = '+12025550100';
const aRegistration = (overrides: Record<string, unknown> = {}) => ({
  campaignId: 'c1',
  memberId: 'm1',
  email: EMAIL,
  phone: PHONE,
  preferences: ['e2', 'e1'],
  locale: 'en-US',
  ...overrides,
});

describe('POST /entries', () => {
  it('answers 201 first, 200 for the same registration and 409 for another one', async (context) => {
    const { call } = await startService(context);
    const send = (json: unknown) => call('/entries', { json, claims: REGISTRAR });
    const first = await send(aRegistration());
    assert.equal(first.status, 201);
    assert.deepEqual(dataOf<EntryView>(first), {
      campaignId: 'c1',
      memberId: 'm1',
      registeredAt: '2026-01-05T10:00:00.000Z',
      preferences: ['e2', 'e1'],
      locale: 'en-US',
    });
    assert.equal((await send(aRegistration({ email: ` ${EMAIL.toUpperCase()} ` }))).status, 200);
    const conflict = await send(aRegistration({ preferences: ['e1'] }));
    assert.deepEqual([conflict.status, errorOf(conflict).type], [409, 'ALREADY_EXISTS']);
    assert.equal((await send(aRegistration({ campaignId: 'c2' }))).status, 201);
  });

  it('registers once when many ask at the same time', async (context) => {
    const { call, database } = await startService(context);
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => call('/entries', { json: aRegistration(), claims: REGISTRAR })),
    );
    assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 200, 200, 200, 200, 200, 200, 201]);
    assert.equal(await database.collection<Entry>('entries').count(), 1);
  });

  it('repeats the first answer under an idempotency key, and keeps no personal data with it', async (context) => {
    const { call, database } = await startService(context);
    const send = (json: unknown) => call('/entries', { json, claims: REGISTRAR, headers: { 'idempotency-key': 'k1' } });
    await send(aRegistration());
    const repeated = await send(aRegistration());
    assert.deepEqual([repeated.status, repeated.headers['idempotency-replayed']], [201, 'true']);
    assert.equal(errorOf(await send(aRegistration({ locale: 'de' }))).type, 'IDEMPOTENCY_KEY_REUSED');
    const kept = JSON.stringify(await database.collection('idempotencyKeys').find());
    assert.match(kept, /"memberId":"m1"/);
    assert.deepEqual(findPersonalData(kept, { emails: [EMAIL], phones: [PHONE] }), []);
  });

  it('keeps the scoring of an entry that was scored before it was registered', async (context) => {
    const { call } = await startService(context);
    const score = { memberId: 'm1', rank: 0, events: ['e1'], score: 0.5, verdict: 'none', file: 'f', load: 1, line: 2 };
    const scores = [{ ...score, scoredAt: '2026-01-01T00:00:00Z' }];
    await call('/scoring', { json: { campaignId: 'c1', scores }, claims: { supreme: true } });
    assert.equal((await call('/entries', { json: aRegistration(), claims: REGISTRAR })).status, 201);
    const entry = dataOf<EntryView>(await call('/entries/c1/m1', { claims: READER }));
    assert.deepEqual(entry.scoring, {
      rank: 0,
      events: ['e1'],
      score: 0.5,
      verdict: 'none',
      scoredAt: '2026-01-01T00:00:00.000Z',
    });
    assert.deepEqual(entry.preferences, ['e2', 'e1']);
  });

  it('refuses what breaks the grammar, with pointers and without values', async (context) => {
    const { call } = await startService(context);
    const json = aRegistration({ memberId: 'a b', email: 'nobody', phone: '12', preferences: ['e1', 'e1'], colour: 1 });
    const answer = await call('/entries', { json, claims: REGISTRAR });
    assert.equal(answer.status, 400);
    const pointers = errorOf(answer).details?.map(({ pointer }) => pointer);
    assert.deepEqual(pointers?.sort(), ['/colour', '/email', '/memberId', '/phone', '/preferences']);
    assert.doesNotMatch(answer.text, /nobody/);
  });
});

describe('reading entries', () => {
  it('shows e-mail and phone only to those who may see them', async (context) => {
    const { call } = await startService(context);
    await call('/entries', { json: aRegistration(), claims: REGISTRAR });
    const plain = await call('/entries/c1/m1', { claims: READER });
    assert.deepEqual(findPersonalData(plain.text, { emails: [EMAIL], phones: [PHONE] }), []);
    assert.partialDeepStrictEqual(dataOf(await call('/entries/c1/m1', { claims: PRIVACY })), {
      email: EMAIL,
      phone: PHONE,
    });
  });

  it('is open to readers of the campaign and to nobody else', async (context) => {
    const { call } = await startService(context);
    const claims = { campaigns: { c1: { actions: ['read'] } } };
    assert.equal((await call('/campaigns/c1/entries', { claims })).status, 200);
    assert.equal((await call('/campaigns/c2/entries', { claims })).status, 403);
    assert.equal((await call('/entries/c1/m1', { claims })).status, 404);
    assert.equal((await call('/entries/c2/m1', { claims })).status, 403);
  });

  it('pages through a campaign without missing, repeating or mixing entries', async (context) => {
    const { call } = await startService(context);
    const members = Array.from({ length: 7 }, (_, index) => `m${index}`);
    for (const memberId of members) await call('/entries', { json: aRegistration({ memberId }), claims: REGISTRAR });
    for (const campaignId of ['c', 'c1-', 'c10', 'c1A', 'c1_', 'c2'])
      await call('/entries', { json: aRegistration({ campaignId }), claims: REGISTRAR });
    const seen: string[] = [];
    let cursor: string | null = '';
    let pages = 0;
    while (cursor !== null) {
      const answer = await call(`/campaigns/c1/entries?limit=3${cursor && `&cursor=${cursor}`}`, { claims: READER });
      seen.push(...dataOf<EntryView[]>(answer).map(({ memberId }) => memberId));
      cursor = (answer.json() as { meta: { next: string | null } }).meta.next;
      pages += 1;
    }
    assert.deepEqual([seen, pages], [members, 3]);
  });

  it('refuses a limit outside 1 to 200 and a cursor that is none', async (context) => {
    const { call } = await startService(context);
    for (const query of [
      'limit=0',
      'limit=201',
      'limit=x',
      'cursor=!',
      `cursor=${Buffer.from('a b').toString('base64url')}`,
    ]) {
      assert.equal((await call(`/campaigns/c1/entries?${query}`, { claims: READER })).status, 400, query);
    }
  });

  it('looks up by address or number in a body, exactly one of them', async (context) => {
    const { call } = await startService(context);
    await call('/entries', { json: aRegistration(), claims: REGISTRAR });
    await call('/entries', { json: aRegistration({ memberId: 'm2', email: undefined }), claims: REGISTRAR });
    const lookUp = async (json: unknown) => call('/entries/lookup', { json, claims: PRIVACY });
    const found = async (json: unknown) => dataOf<EntryView[]>(await lookUp(json)).map(({ memberId }) => memberId);
    assert.deepEqual(await found({ campaignId: 'c1', email: ` ${EMAIL}` }), ['m1']);
    assert.deepEqual(await found({ campaignId: 'c1', phone: PHONE }), ['m1', 'm2']);
    assert.deepEqual(await found({ campaignId: 'c2', phone: PHONE }), []);
    assert.equal((await lookUp({ campaignId: 'c1', phone: PHONE, email: EMAIL })).status, 400);
    assert.equal(
      (await call('/entries/lookup', { json: { campaignId: 'c1', email: EMAIL }, claims: READER })).status,
      403,
    );
  });
});

describe('DELETE /entries', () => {
  it('erases everything, and may be repeated', async (context) => {
    const { call, database } = await startService(context);
    await call('/entries', { json: aRegistration(), claims: REGISTRAR });
    const erase = () => call('/entries/c1/m1', { method: 'DELETE', claims: ERASER });
    assert.equal((await call('/entries/c1/m1', { method: 'DELETE', claims: READER })).status, 403);
    const first = await erase();
    assert.deepEqual([first.status, first.text], [204, '']);
    assert.equal((await erase()).status, 204);
    assert.equal(await database.collection('entries').count(), 0);
  });
});

describe('personal data', () => {
  it('is in no log line, metric, error or answer to people without the right', async (context) => {
    const { call, lines } = await startService(context);
    const answers = [
      await call('/entries', { json: aRegistration(), claims: REGISTRAR }),
      await call('/entries', { json: aRegistration({ locale: 'de' }), claims: REGISTRAR }),
      await call('/entries', { json: { email: EMAIL, [EMAIL]: PHONE }, claims: REGISTRAR }),
      await call('/entries', {
        body: `{"email":"${EMAIL}`,
        headers: { 'content-type': 'application/json' },
        claims: REGISTRAR,
      }),
      await call(`/entries/c1/${encodeURIComponent(EMAIL)}`, { claims: READER }),
      await call('/campaigns/c1/entries', { claims: READER }),
      await call('/metrics'),
    ];
    assert.deepEqual(
      answers.map(({ status }) => status),
      [201, 409, 400, 400, 400, 200, 200],
    );
    const output = [...lines, ...answers.map(({ text, headers }) => text + JSON.stringify(headers))].join('\n');
    assert.ok(lines.length >= answers.length);
    assert.deepEqual(findPersonalData(output, { emails: [EMAIL], phones: [PHONE] }), []);
  });
});

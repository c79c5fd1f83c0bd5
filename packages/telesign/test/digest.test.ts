import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { describe, it } from 'node:test';
import { createTelesign, digestAuth } from '../src/index.ts';
import { BARE_ANSWER } from './answers.ts';
import { createCountingRandom, createSleepyClock, json, START_MS, startServer, text } from './helpers.ts';

const credentials = { customerId: 'CUST', apiKey: 'ZGVtby10ZWxlc2lnbi1rZXk=' };
const request = {
  method: 'POST',
  contentType: 'application/x-www-form-urlencoded',
  body: 'phone_number=15555550100&account_lifecycle_event=create',
  resource: '/intelligence/phone',
  nowMs: START_MS,
  nonce: '11111111-2222-4333-8444-555555555555',
};

describe('the TSA digest', () => {
  it('is the one that the vendor makes for the same request', () => {
    // This vector was computed with the vendor's own SDK.
    assert.deepEqual(digestAuth(credentials, request), {
      authorization: 'TSA CUST:e7FjBBfKyGrjyv9xGBvxrCOpQ2y37dsJ3PI/HtJH548=',
      date: 'Tue, 03 Feb 2026 10:00:00 GMT',
      'x-ts-auth-method': 'HMAC-SHA256',
      'x-ts-nonce': '11111111-2222-4333-8444-555555555555',
    });
  });

  it('leaves the line of an empty body out', () => {
    const { authorization } = digestAuth(credentials, { ...request, method: 'GET', contentType: '', body: '' });
    const lines = [
      'GET',
      '',
      'Tue, 03 Feb 2026 10:00:00 GMT',
      'x-ts-auth-method:HMAC-SHA256',
      `x-ts-nonce:${request.nonce}`,
      '/intelligence/phone',
    ];
    const expected = createHmac('sha256', 'demo-telesign-key').update(lines.join('\n')).digest('base64');
    assert.equal(authorization, `TSA CUST:${expected}`);
  });

  it('signs the bytes that are sent, with a new nonce and time for every attempt', async (t) => {
    const server = await startServer(t, text(503), json(BARE_ANSWER));
    const parts = { clock: createSleepyClock(), random: createCountingRandom() };
    const telesign = createTelesign({ ...credentials, ...parts, baseUrl: server.baseUrl, auth: 'digest' });
    t.after(() => telesign.close());
    await telesign.score({ phone: '+15555550100', event: 'create', email: 'fan+vip@example.com' });
    assert.equal(server.calls.length, 2);
    for (const { headers, body, url } of server.calls) {
      const lines = [
        'POST',
        headers['content-type'],
        headers.date,
        'x-ts-auth-method:HMAC-SHA256',
        `x-ts-nonce:${headers['x-ts-nonce']}`,
        body,
        url,
      ];
      const expected = createHmac('sha256', 'demo-telesign-key').update(lines.join('\n')).digest('base64');
      assert.equal(headers.authorization, `TSA CUST:${expected}`);
    }
    assert.equal(new Set(server.calls.map(({ headers }) => headers['x-ts-nonce'])).size, 2);
  });
});

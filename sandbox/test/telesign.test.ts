import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { describe, it } from 'node:test';
import { createManualClock, findPersonalData, type HttpAnswer, request } from '@verifiedfan/test-utils';
import { SANDBOX_TELESIGN, telesignStandIn } from '../src/index.ts';
import { startSandbox } from './set-up.ts';

const FORM = 'application/x-www-form-urlencoded';
const basic = (customer: string, key: string): string =>
  `Basic ${Buffer.from(`${customer}:${key}`).toString('base64')}`;
const authorization = basic(SANDBOX_TELESIGN.customerId, SANDBOX_TELESIGN.apiKey);

type Answer = {
  reference_id: string;
  status: { code: number; description: string };
  numbering: { original: { country_code: string } };
  location: { country: { iso2: string } };
  risk: { level: string; recommendation: string; score: number };
};

const lookUp = (url: string, form: Record<string, string>, headers: Record<string, string> = {}): Promise<HttpAnswer> =>
  request({
    url: `${url}/telesign/intelligence/phone`,
    body: new URLSearchParams(form).toString(),
    headers: { authorization, 'content-type': FORM, ...headers },
  });

const good = { phone_number: '12025550143', account_lifecycle_event: 'create' };

describe('the TeleSign stand-in', () => {
  it('answers a look-up in the shape of the Intelligence API', async (test) => {
    const { url } = await startSandbox(test);
    const answer = await lookUp(url, { ...good, external_id: 'mem-1' });
    const body = answer.json() as Answer & Record<string, unknown>;
    assert.equal(answer.status, 200);
    assert.match(body.reference_id, /^[0-9A-F]{32}$/);
    assert.deepEqual(body.status, {
      code: 300,
      description: 'Transaction successfully completed',
      updated_on: '2026-01-05T10:00:00Z',
    });
    assert.equal(body.external_id, 'mem-1');
    assert.deepEqual([body.numbering.original.country_code, body.location.country.iso2], ['1', 'US']);
    assert.deepEqual(Object.keys(body.risk), ['level', 'recommendation', 'score']);
    assert.ok('risk_insights' in body);
  });

  it('gives a number the same score on every run, and numbers all levels between them', async (test) => {
    const { url } = await startSandbox(test);
    const riskOf = async (phone_number: string) =>
      ((await lookUp(url, { ...good, phone_number })).json() as Answer).risk;
    assert.deepEqual(await riskOf('12025550143'), { level: 'very-high', recommendation: 'block', score: 888 });
    const numbers = Array.from({ length: 60 }, (_, n) => `120255501${String(n).padStart(2, '0')}`);
    const risks = await Promise.all(numbers.map(riskOf));
    assert.deepEqual(new Set(risks.map(({ recommendation }) => recommendation)), new Set(['allow', 'flag', 'block']));
    assert.equal(new Set(risks.map(({ level }) => level)).size, 5);
    assert.ok(risks.every(({ score }) => score >= 0 && score <= 1000));
  });

  it('serves the older Score API with the same score', async (test) => {
    const { url } = await startSandbox(test);
    const older = await request({
      url: `${url}/telesign/v1/score/12025550143`,
      body: 'account_lifecycle_event=create',
      headers: { authorization, 'content-type': FORM },
    });
    const newer = (await lookUp(url, good)).json() as Answer;
    assert.deepEqual((older.json() as Answer).risk, newer.risk);
  });

  it('refuses bad calls with the vendor’s status and code', async (test) => {
    const { url } = await startSandbox(test);
    const outcome = async (form: Record<string, string>, headers?: Record<string, string>) => {
      const answer = await lookUp(url, form, headers);
      return [answer.status, (answer.json() as Answer).status.code];
    };
    assert.deepEqual(await outcome({ ...good, phone_number: '+12025550143' }), [400, 11000]);
    assert.deepEqual(await outcome({ phone_number: good.phone_number }), [400, 11000]);
    assert.deepEqual(await outcome({ ...good, account_lifecycle_event: 'register' }), [400, 11000]);
    assert.deepEqual(await outcome(good, { 'content-type': 'application/json' }), [400, 11003]);
    assert.deepEqual(await outcome(good, { authorization: 'Bearer x' }), [401, 10012]);
    assert.deepEqual(await outcome(good, { authorization: basic('SANDBOX', 'wrong') }), [401, 10012]);
    assert.deepEqual(await outcome(good, { authorization: basic('constructor', 'wrong') }), [401, 10012]);
  });

  it('keeps too little of a number to call it', async (test) => {
    const { url, sandbox } = await startSandbox(test);
    await lookUp(url, good);
    const stored = JSON.stringify(await sandbox.standIn('telesign').received());
    assert.ok(stored.includes('…43'));
    assert.deepEqual(findPersonalData(stored, { phones: ['+12025550143'] }), []);
  });
});

describe('the TSA signatures of the TeleSign stand-in', () => {
  // Made with the vendor's own SDK, so that neither our client nor this stand-in is its own judge.
  const body = 'phone_number=15555550100&account_lifecycle_event=create';
  const vector = {
    authorization: 'TSA CUST:e7FjBBfKyGrjyv9xGBvxrCOpQ2y37dsJ3PI/HtJH548=',
    'content-type': FORM,
    date: 'Tue, 03 Feb 2026 10:00:00 GMT',
    'x-ts-nonce': '11111111-2222-4333-8444-555555555555',
    'x-ts-auth-method': 'HMAC-SHA256',
  };
  const start = async (test: Parameters<typeof startSandbox>[0]) => {
    const clock = createManualClock({ nowMs: Date.parse(vector.date) });
    const accounts = { CUST: 'ZGVtby10ZWxlc2lnbi1rZXk=' };
    const { url } = await startSandbox(test, { clock, standIns: [telesignStandIn({ accounts })] });
    const call = async (headers: Record<string, string>, content = body) =>
      (await request({ url: `${url}/telesign/intelligence/phone`, body: content, headers })).json() as Answer;
    return { clock, call };
  };

  it('accept the vector of the vendor once, and not the same nonce again', async (test) => {
    const { call } = await start(test);
    assert.equal((await call(vector)).status.code, 300);
    const replayed = await call(vector);
    assert.deepEqual([replayed.status.code, /nonce/.test(replayed.status.description)], [10012, true]);
  });

  it('refuse a changed body, a changed nonce, an unknown customer and a strange time', async (test) => {
    const { call, clock } = await start(test);
    assert.equal((await call(vector, `${body}&device_id=1`)).status.code, 10008);
    assert.equal((await call({ ...vector, 'x-ts-nonce': '11111111-2222-4333-8444-555555555556' })).status.code, 10008);
    assert.equal((await call({ ...vector, authorization: 'TSA NOBODY:abc=' })).status.code, 10012);
    assert.match((await call({ ...vector, date: 'yesterday' })).status.description, /RFC822/);
    await clock.advance(16 * 60_000);
    assert.match((await call(vector)).status.description, /tolerable range/);
  });

  it('accept a signature over the path with the prefix of the sandbox', async (test) => {
    const { call } = await start(test);
    const lines = ['POST', FORM, vector.date, 'x-ts-auth-method:HMAC-SHA256', 'x-ts-nonce:nonce-0001', body];
    const signed = [...lines, '/telesign/intelligence/phone'].join('\n');
    const signature = createHmac('sha256', 'demo-telesign-key').update(signed).digest('base64');
    const headers = { ...vector, 'x-ts-nonce': 'nonce-0001', authorization: `TSA CUST:${signature}` };
    assert.equal((await call(headers)).status.code, 300);
  });
});

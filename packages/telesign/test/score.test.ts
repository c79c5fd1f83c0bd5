import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { createTelesign, createTelesignScoreV1, digitsOf, type TelesignOptions } from '../src/index.ts';
import { BARE_ANSWER, FULL_ANSWER } from './answers.ts';
import { createCountingRandom, createSleepyClock, json, startServer } from './helpers.ts';

const PHONE = '+15555550100';
const QUERY = { phone: PHONE, event: 'create' } as const;

const options = (baseUrl: string, more: Partial<TelesignOptions> = {}): TelesignOptions => ({
  customerId: 'CUST',
  apiKey: 'ZGVtby10ZWxlc2lnbi1rZXk=',
  clock: createSleepyClock(),
  random: createCountingRandom(),
  baseUrl,
  ...more,
});
const setUp = (t: TestContext, baseUrl: string) => {
  const telesign = createTelesign(options(baseUrl));
  t.after(() => telesign.close());
  return telesign;
};

describe('a score of the Intelligence Cloud', () => {
  it('is typed, and has what the answer holds', async (t) => {
    const server = await startServer(t, json(FULL_ANSWER));
    assert.deepEqual(await setUp(t, server.baseUrl).score(QUERY), {
      score: 210,
      level: 'low',
      recommendation: 'allow',
      phoneType: 'fixed_line',
      carrier: 'Demo Wireless',
      country: 'US',
      riskInsights: {
        status: 800,
        category: [10010],
        a2p: [20001],
        p2p: [30001],
        number_type: [40002],
        ip: [],
        email: [],
      },
      reference: '0123456789ABCDEF0123456789ABCDEF',
    });
  });

  it('is there when everything optional is missing, and when there is more than we know', async (t) => {
    const server = await startServer(
      t,
      json(BARE_ANSWER),
      json({ ...BARE_ANSWER, news: 1, risk_insights: { status: 801, x: 'y' } }),
    );
    const telesign = setUp(t, server.baseUrl);
    assert.deepEqual(await telesign.score(QUERY), { score: 600, level: 'unknown', recommendation: 'flag' });
    const { riskInsights } = await telesign.score(QUERY);
    assert.deepEqual(riskInsights, { status: 801 });
  });

  it('is asked for with a form that holds the digits alone and only what was given', async (t) => {
    const server = await startServer(t, json(BARE_ANSWER));
    const telesign = setUp(t, server.baseUrl);
    await telesign.score(QUERY);
    const everything = {
      accountId: 'mem-1',
      deviceId: 'd-1',
      email: 'fan@example.com',
      ip: '203.0.113.9',
      externalId: 'x-1',
    };
    await telesign.score({ ...QUERY, event: 'sign-in', ...everything });
    const [first, second] = server.calls;
    assert.equal(`${first?.method} ${first?.url}`, 'POST /intelligence/phone');
    assert.equal(first?.body, 'phone_number=15555550100&account_lifecycle_event=create');
    assert.equal(first?.headers['content-type'], 'application/x-www-form-urlencoded');
    assert.equal(first?.headers.authorization, `Basic ${btoa('CUST:ZGVtby10ZWxlc2lnbi1rZXk=')}`);
    assert.deepEqual(Object.fromEntries(new URLSearchParams(second?.body)), {
      phone_number: '15555550100',
      account_lifecycle_event: 'sign-in',
      account_id: 'mem-1',
      device_id: 'd-1',
      email_address: 'fan@example.com',
      external_id: 'x-1',
      originating_ip: '203.0.113.9',
    });
  });
});

describe('a score of Score v1', () => {
  it('is asked for with the number in the path and has the same shape', async (t) => {
    const server = await startServer(t, json(FULL_ANSWER));
    const telesign = createTelesignScoreV1(options(server.baseUrl));
    t.after(() => telesign.close());
    const { score, recommendation, carrier } = await telesign.score({
      ...QUERY,
      accountId: 'mem-1',
      externalId: 'x-1',
    });
    assert.deepEqual([score, recommendation, carrier], [210, 'allow', 'Demo Wireless']);
    assert.equal(server.calls[0]?.url, '/v1/score/15555550100');
    assert.equal(server.calls[0]?.body, 'account_lifecycle_event=create&account_id=mem-1&request_risk_insights=true');
  });
});

describe('a phone number', () => {
  it('is E.164 or nothing is asked', async (t) => {
    const server = await startServer(t, json(BARE_ANSWER));
    const telesign = setUp(t, server.baseUrl);
    const wrong = [
      '15555550100',
      '+1 555 555 0100',
      '+05555550100',
      '+1234567',
      '+1234567890123456',
      '',
      `${PHONE}\n`,
      '+１２３４５６７８９',
    ];
    for (const phone of wrong) {
      assert.equal(digitsOf(phone), undefined, phone);
      await assert.rejects(telesign.score({ ...QUERY, phone }), { code: 'invalid_phone', retryable: false });
    }
    const event = 'login' as unknown as 'create';
    await assert.rejects(telesign.score({ ...QUERY, event }), { code: 'invalid_request' });
    assert.equal(server.calls.length, 0);
  });

  it('may have 8 to 15 digits', () => {
    assert.equal(digitsOf('+12345678'), '12345678');
    assert.equal(digitsOf('+123456789012345'), '123456789012345');
  });
});

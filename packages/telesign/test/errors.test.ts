import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { inspect } from 'node:util';
import { createTelesign, createTelesignScoreV1, TelesignError, type TelesignOptions } from '../src/index.ts';
import { BARE_ANSWER } from './answers.ts';
import {
  createCountingRandom,
  createSleepyClock,
  failure,
  json,
  never,
  type Reply,
  reset,
  startServer,
  text,
} from './helpers.ts';

const QUERY = { phone: '+15555550100', event: 'create' } as const;
const API_KEY = 'ZGVtby10ZWxlc2lnbi1rZXk=';

const setUp = (t: TestContext, baseUrl: string, more: Partial<TelesignOptions> = {}, create = createTelesign) => {
  const clock = createSleepyClock();
  const random = createCountingRandom();
  const telesign = create({ customerId: 'CUST', apiKey: API_KEY, clock, random, baseUrl, ...more });
  t.after(() => telesign.close());
  return { telesign, clock };
};

describe('a look-up that is refused', () => {
  const table = [
    [400, 11000, 'invalid_request'],
    [400, 12003, 'invalid_request'],
    [401, 10008, 'unauthenticated'],
    [401, 10015, 'unauthenticated'],
    [402, 10030, 'account_restricted'],
    [404, 10017, 'not_found'],
    [429, 10020, 'quota_exceeded'],
  ] as const;
  for (const [status, vendorCode, code] of table) {
    it(`fails at once with ${code} for ${status} and ${vendorCode}`, async (t) => {
      const server = await startServer(t, failure(vendorCode, status, { 'retry-after': '1' }), json(BARE_ANSWER));
      const { telesign } = setUp(t, server.baseUrl);
      await assert.rejects(telesign.score(QUERY), { code, status, vendorCode, retryable: false });
      assert.equal(server.calls.length, 1);
    });
  }

  it('goes by the status where there is no code', async (t) => {
    const server = await startServer(t, text(401, '<html>'), text(418));
    const { telesign } = setUp(t, server.baseUrl);
    await assert.rejects(telesign.score(QUERY), { code: 'unauthenticated', vendorCode: undefined });
    await assert.rejects(telesign.score(QUERY), { code: 'invalid_response' });
  });

  it('finds the code where PhoneID puts it', async (t) => {
    const server = await startServer(t, json({ errors: [{ code: 10020, description: 'cap' }] }, 429));
    const { telesign } = setUp(t, server.baseUrl);
    await assert.rejects(telesign.score(QUERY), { code: 'quota_exceeded', vendorCode: 10020 });
  });
});

describe('a look-up that meets a fault', () => {
  const faults: [what: string, fault: Reply, code: string][] = [
    ['10019, the rate', failure(10019, 429), 'rate_limited'],
    ['a failure inside', failure(-90001, 500), 'provider_failed'],
    ['a provider that is away', failure(-10000, 503), 'unavailable'],
    ['an HTML 502', text(502, '<html>'), 'unavailable'],
    ['a reset', reset, 'unavailable'],
    ['a time-out', never, 'unavailable'],
  ];
  for (const [what, fault, code] of faults) {
    it(`is repeated after ${what}, and fails with ${code} when it stays`, async (t) => {
      const options = { timeoutMs: 60, deadlineMs: 5_000 };
      const passing = await startServer(t, fault, json(BARE_ANSWER));
      assert.equal((await setUp(t, passing.baseUrl, options).telesign.score(QUERY)).score, 600);
      const staying = await startServer(t, fault);
      await assert.rejects(setUp(t, staying.baseUrl, options).telesign.score(QUERY), { code, retryable: true });
      assert.equal(staying.calls.length, 3);
    });
  }

  it('waits as long as it is told, or says how long that would have been', async (t) => {
    const server = await startServer(t, failure(10019, 429, { 'retry-after': '2' }), json(BARE_ANSWER));
    const { telesign, clock } = setUp(t, server.baseUrl);
    await telesign.score(QUERY);
    assert.deepEqual(clock.waits, [2_000]);
    const strict = await startServer(t, failure(10019, 429, { 'retry-after': '60' }));
    const failing = setUp(t, strict.baseUrl).telesign.score(QUERY);
    await assert.rejects(failing, { code: 'rate_limited', retryAfterMs: 60_000 });
  });

  it('stops when the caller does', async (t) => {
    const server = await startServer(t, never);
    const { telesign } = setUp(t, server.baseUrl);
    const failing = telesign.score({ ...QUERY, signal: AbortSignal.timeout(30) });
    await assert.rejects(failing, { code: 'aborted', retryable: true });
  });
});

describe('an answer outside the documented shape', () => {
  const answers: [what: string, reply: Reply, code: string][] = [
    ['no risk in a partial answer', json({ status: { code: 301 } }), 'no_score'],
    ['no risk', json({ status: { code: 300 } }), 'invalid_response'],
    ['a score over 1,000', json({ risk: { score: 1_001, recommendation: 'allow' } }), 'invalid_response'],
    ['a negative score', json({ risk: { score: -1, recommendation: 'allow' } }), 'invalid_response'],
    ['text for a score', json({ risk: { score: '210', recommendation: 'allow' } }), 'invalid_response'],
    ['an unknown recommendation', json({ risk: { score: 210, recommendation: 'perhaps' } }), 'invalid_response'],
    ['an empty body', text(200), 'invalid_response'],
    ['truncated JSON', text(200, '{"risk":{"sco', { 'content-type': 'application/json' }), 'invalid_response'],
  ];
  for (const [what, reply, code] of answers) {
    it(`is ${code} and not asked for again: ${what}`, async (t) => {
      const server = await startServer(t, reply);
      await assert.rejects(setUp(t, server.baseUrl).telesign.score(QUERY), { code, retryable: false });
      assert.equal(server.calls.length, 1);
    });
  }
});

describe('errors and logs', () => {
  for (const create of [createTelesign, createTelesignScoreV1]) {
    it(`of ${create.name || 'the client'} hold no number, no address and no key`, async (t) => {
      const echo = {
        status: { code: 11000, description: 'bad number (555) 555-0100 or 15555550100, fan@example.com' },
      };
      const server = await startServer(t, json(echo, 400), reset);
      const lines: string[] = [];
      const log = { debug: (_: string, fields: object) => lines.push(inspect(fields)) };
      const { telesign } = setUp(t, server.baseUrl, { log }, create);
      const shown: string[] = [];
      for (const phone of [QUERY.phone, QUERY.phone, '+15555550100x']) {
        const query = { ...QUERY, phone, email: 'fan@example.com' };
        const error: unknown = await telesign.score(query).catch((caught: unknown) => caught);
        assert.ok(error instanceof TelesignError);
        shown.push(inspect(error, { depth: 9, showHidden: true }));
      }
      assert.ok(lines.length > 0);
      const everything = [...shown, ...lines].join();
      const secrets = ['5555550100', '555-0100', 'fan@example.com', API_KEY, btoa(`CUST:${API_KEY}`)];
      for (const secret of secrets) assert.ok(!everything.includes(secret), secret);
    });
  }
});

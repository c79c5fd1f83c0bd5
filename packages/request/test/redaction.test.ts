import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { inspect } from 'node:util';
import { createRedactor, type RequestLog } from '../src/index.ts';
import { json, reply, setUp, startUpstream } from './helpers.ts';

const TOKEN = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJmYW4ifQ.c2lnbmF0dXJl';
const SECRETS = [TOKEN, 'fan@example.com', '15555550100', 'hunter2', 'T0/B0/XYZ'];

const createCapture = (): RequestLog & { lines: string[] } => {
  const lines: string[] = [];
  return { lines, debug: (message, fields) => lines.push(`${message} ${JSON.stringify(fields)}`) };
};
const assertClean = (text: string): void => {
  for (const secret of SECRETS) assert.ok(!text.includes(secret), `found ${secret} in ${text}`);
};

describe('debug lines', () => {
  it('tell every attempt, wait and answer without a secret or a person', async (t) => {
    const upstream = await startUpstream(t, reply(500), json(1));
    const log = createCapture();
    const { request } = setUp(t, upstream.baseUrl, { log, upstream: 'accounts', redact: ['x-pin'] });
    await request({
      path: '/v1/score/15555550100',
      query: { access_token: 'hunter2', q: 'fan@example.com', size: 5 },
      headers: { Authorization: `Bearer ${TOKEN}`, 'X-Api-Key': 'hunter2', 'x-pin': 'hunter2', 'x-team': 'vf' },
      correlation: 'abc',
    });
    assert.deepEqual(
      log.lines.map((line) => line.split(' {')[0]),
      ['request sent', 'request failed', 'request waits', 'request sent', 'request answered'],
    );
    assertClean(log.lines.join('\n'));
    assert.match(log.lines[0] ?? '', /"upstream":"accounts".*"attempt":1.*"correlation":"abc".*"x-team":"vf"/);
    assert.match(log.lines[0] ?? '', /size=5/);
  });

  it('never hold a path that is itself a secret', async (t) => {
    const upstream = await startUpstream(t, reply(404, 'no_service'));
    const log = createCapture();
    const { request } = setUp(t, `${upstream.baseUrl}/services/T0/B0/XYZ`, { log, secretPath: true });
    const error: unknown = await request({ method: 'POST', json: {} }).catch((caught: unknown) => caught);
    assert.equal(upstream.seen[0]?.url, '/services/T0/B0/XYZ');
    assertClean(log.lines.join('\n') + inspect(error, { depth: 9 }));
    assert.match(log.lines[0] ?? '', /"url":"\/\[redacted\]"/);
  });
});

describe('an error', () => {
  it('holds the answer without secrets and people, whatever their field is called', async (t) => {
    const body = {
      error: { code: 'E7', message: `no account fan@example.com with ${TOKEN}`, contact: '+1 555 555-0100' },
      client_secret: 'hunter2',
      numbers: [15555550100, 42],
      __proto__: { a: 1 },
    };
    const upstream = await startUpstream(t, reply(400, JSON.stringify(body), { 'content-type': 'application/json' }));
    const { request } = setUp(t, upstream.baseUrl);
    const error: unknown = await request({ headers: { cookie: 'hunter2' } }).catch((caught: unknown) => caught);
    assertClean(inspect(error, { depth: 9, showHidden: true }));
    assert.deepEqual((error as { body: unknown }).body, {
      error: { code: 'E7', message: 'no account [email] with [redacted]', contact: '[phone]' },
      client_secret: '[redacted]',
      numbers: ['[phone]', 42],
    });
  });

  it('holds at most 2,048 characters of the answer, cut where no secret is cut in half', async (t) => {
    const upstream = await startUpstream(t, reply(400, 'word '.repeat(5_000)));
    const { request } = setUp(t, upstream.baseUrl);
    const error: unknown = await request({}).catch((caught: unknown) => caught);
    assert.equal(String((error as { body: unknown }).body).length, 2_048);
    const masked = createRedactor().body(`${' '.repeat(8_180)}${TOKEN}`);
    assertClean(String(masked));
    assert.ok(!String(masked).includes('eyJ'));
  });
});

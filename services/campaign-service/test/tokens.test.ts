import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { describe, it, type TestContext } from 'node:test';
import { createKeySetDocument, createTokenVerifier, loadKeySet } from '@verifiedfan/jwt';
import { startServiceFor } from '@verifiedfan/service/testing';
import { createManualClock, createSeededRandom } from '@verifiedfan/test-utils';
import { createCampaignService } from '../src/index.ts';
import { aCampaign } from './fixtures.ts';
import { errorOf } from './support.ts';

const document = createKeySetDocument({ random: createSeededRandom({ seed: 'keys' }) });
const [key] = (JSON.parse(document) as { keys: { kid: string; secret: string }[] }).keys;
const NOW = Math.floor(createManualClock().now() / 1_000);
const CLAIMS = { iss: 'issuer', aud: 'campaign-service', sub: 'promoter', iat: NOW - 10, exp: NOW + 600, ver: 1 };

const encode = (value: unknown): string =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');

/** A token as somebody who has the key, or pretends to, would forge it. Text is taken as raw JSON. */
const forge = (claims: unknown, { alg = 'HS256', secret = key?.secret ?? '', hash = 'sha256' } = {}): string => {
  const input = `${encode({ alg, typ: 'JWT', kid: key?.kid })}.${encode(claims)}`;
  if (alg.toLowerCase() === 'none') return `${input}.`;
  return `${input}.${createHmac(hash, Buffer.from(secret, 'base64url')).update(input).digest('base64url')}`;
};

const start = async (context: TestContext) => {
  const service = await startServiceFor(context, (parts) => {
    const keys = loadKeySet(document);
    const { clock } = parts;
    const verifyToken = createTokenVerifier({ keys, issuer: 'issuer', audience: 'campaign-service', clock });
    return createCampaignService({ ...parts, verifyToken });
  });
  const call = (token: string, path = '/campaigns', json?: unknown) =>
    service.call(path, { headers: { authorization: `Bearer ${token}` }, ...(json === undefined ? {} : { json }) });
  return { ...service, call };
};

describe('a token', () => {
  it('is let in when it is one', async (context) => {
    const { call } = await start(context);
    const token = forge({ ...CLAIMS, permissions: ['campaigns:create'] });
    assert.equal((await call(token)).status, 200);
    assert.equal((await call(token, '/campaigns', aCampaign())).status, 201);
  });

  it('is refused with 401, and without a word of why, when it is none', async (context) => {
    const { call, lines } = await start(context);
    const supreme = { ...CLAIMS, supreme: true };
    const cases: Record<string, string> = {
      none: forge(supreme, { alg: 'none' }),
      'None in capitals': forge(supreme, { alg: 'NONE' }),
      'another algorithm': forge(supreme, { alg: 'HS512', hash: 'sha512' }),
      'the algorithm of another key': forge(supreme, { alg: 'RS256' }),
      'another secret': forge(supreme, { secret: 'c2VjcmV0' }),
      'another audience': forge({ ...supreme, aud: 'entry-service' }),
      'a longer audience': forge({ ...supreme, aud: 'campaign-service-2' }),
      'another issuer': forge({ ...supreme, iss: 'somebody' }),
      expired: forge({ ...supreme, exp: NOW - 60, iat: NOW - 600 }),
      'from the future': forge({ ...supreme, iat: NOW + 300, exp: NOW + 900 }),
      'permissions as text': forge({ ...CLAIMS, permissions: 'campaigns:read campaigns:create' }),
      'actions as text': forge({ ...CLAIMS, campaigns: { c1: { actions: 'read' } } }),
      'supreme as text': forge({ ...CLAIMS, supreme: 'true' }),
      'a prototype as campaign': forge(
        JSON.stringify(CLAIMS).replace('{', '{"campaigns":{"__proto__":{"actions":["read"]}},'),
      ),
      'no expiry': forge({ ...CLAIMS, exp: undefined }),
      'another version': forge({ ...CLAIMS, ver: 2 }),
      'too long': forge({ ...supreme, campaigns: { ['c'.repeat(9_000)]: { actions: [] } } }),
    };
    for (const [name, token] of Object.entries(cases)) {
      lines.length = 0;
      const answer = await call(token, '/campaigns/c1');
      assert.deepEqual([answer.status, errorOf(answer).type], [401, 'UNAUTHORIZED'], name);
      assert.deepEqual([answer.headers['www-authenticate'], errorOf(answer).details], ['Bearer', undefined], name);
      assert.ok(!lines.some((line) => line.includes(token.split('.')[1] ?? '')), `${name} is in the log`);
      assert.equal(lines.filter((line) => line.includes('"status":401')).length, 1, name);
    }
  });

  it('gives no right by what every object inherits', async (context) => {
    const { call } = await start(context);
    const inherited = JSON.stringify(CLAIMS).replace(
      '{',
      '{"__proto__":{"supreme":true,"permissions":["campaigns:read"]},',
    );
    const token = forge(inherited);
    assert.equal((await call(token, '/campaigns/constructor')).status, 400);
    assert.equal((await call(token, '/campaigns/toString')).status, 404);
    assert.equal((await call(token, '/campaigns', aCampaign())).status, 403);
  });
});

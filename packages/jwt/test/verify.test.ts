import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { inspect } from 'node:util';
import { createTokenSigner, createTokenVerifier, TokenError, type TokenErrorCode } from '../src/index.ts';
import { AUDIENCE, CLAIMS, createMovableClock, forge, ISSUER, KID, keys, NOW, RIGHTS } from './helpers.ts';

const clock = createMovableClock();
const verify = createTokenVerifier({ keys, issuer: ISSUER, audience: AUDIENCE, clock });
const sign = createTokenSigner({ keys, issuer: ISSUER, clock });

const assertRefused = (token: string, code: TokenErrorCode, check: (token: string) => unknown = verify): void => {
  assert.throws(
    () => check(token),
    (error) => {
      assert.ok(error instanceof TokenError);
      assert.equal(error.code, code);
      assert.equal(error.retryable, false);
      const [, payload = '', signature = ''] = token.split('.');
      const shown = inspect(error, { depth: 9, showHidden: true });
      for (const part of [payload, signature]) assert.ok(part.length < 8 || !shown.includes(part), 'holds the token');
      return true;
    },
  );
};

describe('a verified token', () => {
  it('has the claims that were signed', () => {
    const campaigns = { 'tour-2027': { actions: ['read', 'update'] } };
    const token = sign({ ...RIGHTS, permissions: ['campaigns:create'], campaigns, supreme: false });
    assert.deepEqual(verify(token), { ...CLAIMS, permissions: ['campaigns:create'], campaigns, supreme: false });
  });

  it('has no other claims, and nothing that was never claimed', () => {
    assert.deepEqual(verify(forge({ ...CLAIMS, admin: true, jti: 'x' })), CLAIMS);
    assert.deepEqual(
      verify(forge(JSON.stringify({ ...CLAIMS }).replace('{', '{"__proto__":{"supreme":true},'))),
      CLAIMS,
    );
  });

  it('may be for several services', () => {
    assert.deepEqual(verify(sign({ ...RIGHTS, audience: ['entry-service', AUDIENCE] })).aud, [
      'entry-service',
      AUDIENCE,
    ]);
    assertRefused(sign({ ...RIGHTS, audience: ['entry-service', 'campaign-service-2'] }), 'wrong_audience');
  });

  it('may have a header that our signer would write otherwise', () => {
    assert.deepEqual(verify(forge(CLAIMS, { kid: KID, alg: 'HS256' })), CLAIMS);
  });
});

describe('a token is refused', () => {
  const [header, payload, signature = ''] = forge(CLAIMS).split('.');
  const unsigned = (alg: string): string =>
    `${Buffer.from(JSON.stringify({ alg, typ: 'JWT', kid: KID })).toString('base64url')}.${payload}.`;
  const flipped = signature[0] === 'A' ? 'B' : 'A';
  const cases: [why: string, token: string, code: TokenErrorCode][] = [
    ['without a signature', `${header}.${payload}.`, 'invalid_signature'],
    ['with another signature', `${header}.${payload}.${flipped}${signature.slice(1)}`, 'invalid_signature'],
    ['with a shortened signature', `${header}.${payload}.${signature.slice(0, 20)}`, 'invalid_signature'],
    [
      'with other claims',
      forge(CLAIMS).replace(`${payload}`, forge({ ...CLAIMS, sub: 'user-2' }).split('.')[1] ?? ''),
      'invalid_signature',
    ],
    ['for the algorithm none', unsigned('none'), 'algorithm_not_allowed'],
    ['for NONE in capitals', unsigned('NONE'), 'algorithm_not_allowed'],
    ['for an algorithm outside the list', forge(CLAIMS, { alg: 'HS512', kid: KID }), 'algorithm_not_allowed'],
    ['for another algorithm than its key', forge(CLAIMS, { alg: 'RS256', kid: KID }), 'algorithm_not_allowed'],
    ['without a key id', forge(CLAIMS, { alg: 'HS256' }), 'unknown_key'],
    ['with an unknown key id', forge(CLAIMS, { alg: 'HS256', kid: 'other' }), 'unknown_key'],
    ['with an inherited name as key id', forge(CLAIMS, { alg: 'HS256', kid: '__proto__' }), 'unknown_key'],
    [
      'with a critical extension we do not know',
      forge(CLAIMS, { alg: 'HS256', kid: KID, crit: ['b64'], b64: false }),
      'malformed',
    ],
    ['when it is empty', '', 'malformed'],
    ['when it is one word', 'abc', 'malformed'],
    ['when it has two parts', `${header}.${payload}`, 'malformed'],
    ['when it has four parts', `${forge(CLAIMS)}.x`, 'malformed'],
    ['when its header is not JSON', `abc.${payload}.${signature}`, 'malformed'],
    ['when its payload is not JSON', forge('{"iss":"verif'), 'malformed'],
    ['when its payload is a list', forge('[]'), 'malformed'],
    ['when it is very long', forge({ ...CLAIMS, pad: 'x'.repeat(9_000) }), 'malformed'],
    ['of another issuer', forge({ ...CLAIMS, iss: 'somebody' }), 'wrong_issuer'],
    ['for another service', forge({ ...CLAIMS, aud: 'entry-service' }), 'wrong_audience'],
    ['of a later version', forge({ ...CLAIMS, ver: 2 }), 'unsupported_version'],
    ['with text for permissions', forge({ ...CLAIMS, permissions: 'read:campaigns' }), 'invalid_claims'],
    ['with numbers for permissions', forge({ ...CLAIMS, permissions: [1] }), 'invalid_claims'],
    ['with text for actions', forge({ ...CLAIMS, campaigns: { a: { actions: 'read' } } }), 'invalid_claims'],
    ['with actions for no campaign', forge({ ...CLAIMS, campaigns: { a: ['read'] } }), 'invalid_claims'],
    ['with a list of campaigns', forge({ ...CLAIMS, campaigns: [{ actions: [] }] }), 'invalid_claims'],
    [
      'with a campaign called __proto__',
      forge(`${JSON.stringify(CLAIMS).slice(0, -1)},"campaigns":{"__proto__":{"actions":["read"]}}}`),
      'invalid_claims',
    ],
    ['with text for supreme', forge({ ...CLAIMS, supreme: 'true' }), 'invalid_claims'],
    ['with text for exp', forge({ ...CLAIMS, exp: `${NOW + 600}` }), 'invalid_claims'],
    ['that ends before it begins', forge({ ...CLAIMS, iat: NOW + 1, exp: NOW }), 'invalid_claims'],
  ];
  for (const [why, token, code] of cases) it(why, () => assertRefused(token, code));

  for (const name of ['iss', 'aud', 'sub', 'iat', 'exp', 'ver'] as const) {
    it(`without ${name}`, () => {
      const { [name]: _, ...rest } = CLAIMS;
      assertRefused(forge(rest), 'invalid_claims');
    });
  }

  it('when it is no text at all', () => {
    for (const value of [undefined, null, 7, {}, Buffer.from(forge(CLAIMS))]) {
      assert.throws(() => verify(value as unknown as string), { code: 'malformed' });
    }
  });

  it('by a verifier that allows fewer algorithms', () => {
    const narrow = createTokenVerifier({ keys, issuer: ISSUER, audience: AUDIENCE, clock, algorithms: ['ES256'] });
    assertRefused(forge(CLAIMS), 'algorithm_not_allowed', narrow);
  });
});

describe('time', () => {
  const at = (seconds: number, check: () => void): void => {
    clock.moveTo(seconds);
    try {
      check();
    } finally {
      clock.moveTo(NOW);
    }
  };

  it('is that of the clock at each verification, to the tolerance of 5 s and no further', () => {
    const token = sign(RIGHTS); // lives from NOW to NOW + 600
    at(NOW + 604, () => assert.equal(verify(token).sub, 'user-1'));
    at(NOW + 605, () => assertRefused(token, 'expired'));
    at(NOW - 5, () => assert.equal(verify(token).sub, 'user-1'));
    at(NOW - 6, () => assertRefused(token, 'not_yet_valid'));
    at(NOW, () => assert.equal(verify(token).sub, 'user-1')); // the refusals above were not remembered
  });

  it('of "not before" is respected', () => {
    const token = forge({ ...CLAIMS, nbf: NOW + 60 });
    assertRefused(token, 'not_yet_valid');
    at(NOW + 60, () => assert.equal(verify(token).sub, 'user-1'));
  });

  it('is exact with a tolerance of 0', () => {
    const exact = createTokenVerifier({ keys, issuer: ISSUER, audience: AUDIENCE, clock, clockToleranceSeconds: 0 });
    const token = sign(RIGHTS);
    at(NOW + 599, () => assert.equal(exact(token).sub, 'user-1'));
    at(NOW + 600, () => assertRefused(token, 'expired', exact));
  });
});

describe('options', () => {
  const options = { keys, issuer: ISSUER, audience: AUDIENCE, clock };
  it('are refused when they are unknown or would switch a check off', () => {
    const typo: object = { clockTolerance: 5 };
    assert.throws(() => createTokenVerifier({ ...options, ...typo }), { code: 'invalid_options' });
    for (const clockToleranceSeconds of [Number.NaN, -1, Number.POSITIVE_INFINITY]) {
      assert.throws(() => createTokenVerifier({ ...options, clockToleranceSeconds }), { code: 'invalid_options' });
    }
    assert.throws(() => createTokenVerifier({ ...options, audience: '' }), { code: 'invalid_options' });
  });

  it('of a token are those that a verifier accepts', () => {
    assert.throws(() => sign({ ...RIGHTS, ttlSeconds: 0 }), { code: 'invalid_claims' });
    assert.throws(() => sign({ ...RIGHTS, subject: '' }), { code: 'invalid_claims' });
    assert.throws(() => sign({ ...RIGHTS, permissions: 'read' as unknown as string[] }), { code: 'invalid_claims' });
    const typo: object = { expiresIn: 5 };
    assert.throws(() => sign({ ...RIGHTS, ...typo }), { code: 'invalid_options' });
    const campaigns = Object.fromEntries(
      Array.from({ length: 300 }, (_, n) => [`campaign-${n}`, { actions: ['read'] }]),
    );
    assert.throws(() => sign({ ...RIGHTS, campaigns }), { code: 'too_large' });
  });
});

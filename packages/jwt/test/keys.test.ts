import assert from 'node:assert/strict';
import { createHmac, generateKeyPairSync } from 'node:crypto';
import { describe, it } from 'node:test';
import {
  type Algorithm,
  activateKey,
  createKeySetDocument,
  createTokenSigner,
  createTokenVerifier,
  type KeySetDocument,
  loadKeySet,
  publicKeySetDocument,
  rotateKeySetDocument,
} from '../src/index.ts';
import { AUDIENCE, CLAIMS, createMovableClock, createSeededRandom, ISSUER, RIGHTS } from './helpers.ts';

const clock = createMovableClock();
const signer = (document: string) => createTokenSigner({ keys: loadKeySet(document), issuer: ISSUER, clock });
const verifier = (document: string) =>
  createTokenVerifier({ keys: loadKeySet(document), issuer: ISSUER, audience: AUDIENCE, clock });
const parse = (document: string): KeySetDocument => JSON.parse(document) as KeySetDocument;

describe('a key set document', () => {
  it('is the same for the same chance, and another for another', () => {
    const make = (seed: string) => createKeySetDocument({ random: createSeededRandom(seed) });
    assert.equal(make('a'), make('a'));
    assert.notEqual(make('a'), make('b'));
  });

  for (const algorithm of ['HS256', 'RS256', 'ES256'] satisfies Algorithm[]) {
    it(`signs and verifies with ${algorithm}`, () => {
      const document = createKeySetDocument({ random: createSeededRandom(algorithm), algorithm });
      assert.deepEqual(verifier(document)(signer(document)(RIGHTS)), CLAIMS);
      const other = createKeySetDocument({ random: createSeededRandom('other'), algorithm });
      assert.throws(() => verifier(other)(signer(document)(RIGHTS)), { code: 'unknown_key' });
    });
  }

  it('writes ES256 signatures of 64 bytes, as other verifiers expect', () => {
    const document = createKeySetDocument({ random: createSeededRandom('es'), algorithm: 'ES256' });
    const [, , signature = ''] = signer(document)(RIGHTS).split('.');
    assert.equal(Buffer.from(signature, 'base64url').length, 64);
  });

  it('gives away public halves that verify and cannot sign', () => {
    const document = createKeySetDocument({ random: createSeededRandom('rs'), algorithm: 'RS256' });
    const shared = publicKeySetDocument(document);
    assert.doesNotMatch(shared, /PRIVATE/);
    assert.deepEqual(verifier(shared)(signer(document)(RIGHTS)), CLAIMS);
    assert.throws(() => signer(shared), { code: 'no_signing_key' });
    const secret = createKeySetDocument({ random: createSeededRandom('hs') });
    assert.throws(() => publicKeySetDocument(secret), { code: 'invalid_key_set' });
  });

  it('does not let a public key be used as the secret of an HMAC', () => {
    const document = createKeySetDocument({ random: createSeededRandom('rs'), algorithm: 'RS256' });
    const [key] = parse(publicKeySetDocument(document)).keys;
    const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const input = `${encode({ alg: 'HS256', kid: key?.kid })}.${encode(CLAIMS)}`;
    const forged = `${input}.${createHmac('sha256', key?.publicKey ?? '')
      .update(input)
      .digest('base64url')}`;
    assert.throws(() => verifier(document)(forged), { code: 'algorithm_not_allowed' });
  });
});

describe('rotation', () => {
  const first = createKeySetDocument({ random: createSeededRandom('r1') });

  it('signs with the new key, verifies with the earlier one, and drops those before', () => {
    const second = rotateKeySetDocument({ document: first, random: createSeededRandom('r2') });
    const third = rotateKeySetDocument({ document: second, random: createSeededRandom('r3') });
    const [old, middle, young] = [first, second, third].map((document) => signer(document)(RIGHTS));
    assert.equal(new Set([old, middle, young]).size, 3);
    assert.deepEqual(verifier(second)(old ?? ''), CLAIMS);
    assert.deepEqual(verifier(third)(middle ?? ''), CLAIMS);
    assert.deepEqual(verifier(third)(young ?? ''), CLAIMS);
    assert.throws(() => verifier(third)(old ?? ''), { code: 'unknown_key' });
    assert.equal(parse(third).keys.length, 2);
  });

  it('can be made in two steps, so that every process knows the new key before it signs', () => {
    const added = rotateKeySetDocument({ document: first, random: createSeededRandom('r2'), activate: false });
    assert.equal(parse(added).signing, parse(first).signing);
    const kid = parse(added).keys[0]?.kid ?? '';
    const activated = activateKey({ document: added, kid });
    assert.deepEqual(verifier(added)(signer(activated)(RIGHTS)), CLAIMS);
    assert.throws(() => verifier(first)(signer(activated)(RIGHTS)), { code: 'unknown_key' });
    assert.throws(() => activateKey({ document: added, kid: 'other' }), { code: 'invalid_key_set' });
  });

  it('can change the algorithm, and takes the private half from a pair that no longer signs', () => {
    const rsa = createKeySetDocument({ random: createSeededRandom('r1'), algorithm: 'RS256' });
    const next = rotateKeySetDocument({ document: rsa, random: createSeededRandom('r2'), algorithm: 'ES256' });
    assert.deepEqual(verifier(next)(signer(rsa)(RIGHTS)), CLAIMS);
    assert.deepEqual(verifier(next)(signer(next)(RIGHTS)), CLAIMS);
    assert.equal(next.match(/BEGIN PRIVATE KEY/g)?.length, 1);
  });
});

describe('loadKeySet refuses', () => {
  const secret = Buffer.alloc(32, 7).toString('base64url');
  const key = { kid: 'a', algorithm: 'HS256', secret };
  const pem = { type: 'spki', format: 'pem' } as const;
  const der = { type: 'pkcs8', format: 'pem' } as const;
  const weak = generateKeyPairSync('rsa', { modulusLength: 1_024, publicKeyEncoding: pem, privateKeyEncoding: der });
  const curve = generateKeyPairSync('ec', { namedCurve: 'secp384r1', publicKeyEncoding: pem, privateKeyEncoding: der });
  const pair = () =>
    generateKeyPairSync('ec', { namedCurve: 'P-256', publicKeyEncoding: pem, privateKeyEncoding: der });
  const cases: Record<string, unknown> = {
    'an empty set': { keys: [] },
    'no set': null,
    'no key': { keys: [null] },
    'a short secret': { keys: [{ ...key, secret: secret.slice(4) }] },
    'a missing secret': { keys: [{ kid: 'a', algorithm: 'HS256' }] },
    'the algorithm none': { keys: [{ ...key, algorithm: 'none' }] },
    'two keys of one name': { keys: [key, key] },
    'a name with a space': { keys: [{ ...key, kid: 'a b' }] },
    'an unknown field': { keys: [{ ...key, use: 'sig' }] },
    'a signing key that is not there': { signing: 'b', keys: [key] },
    'a weak RSA key': { keys: [{ kid: 'a', algorithm: 'RS256', publicKey: weak.publicKey }] },
    'another curve': { keys: [{ kid: 'a', algorithm: 'ES256', privateKey: curve.privateKey }] },
    'a pair that does not match': {
      keys: [{ kid: 'a', algorithm: 'ES256', privateKey: pair().privateKey, publicKey: pair().publicKey }],
    },
    'a PEM that is none': { keys: [{ kid: 'a', algorithm: 'ES256', privateKey: `x${secret}` }] },
  };
  for (const [what, document] of Object.entries(cases)) {
    it(`${what}, without showing a key`, () => {
      assert.throws(
        () => loadKeySet(JSON.stringify(document)),
        (error) => {
          assert.equal((error as { code: unknown }).code, 'invalid_key_set');
          assert.ok(!String(error).includes(secret.slice(4)));
          return true;
        },
      );
    });
  }
  it('what is not JSON, without quoting it', () => {
    assert.throws(() => loadKeySet(`{"secret":"${secret}"`), { message: 'invalid_key_set: not JSON' });
  });
});

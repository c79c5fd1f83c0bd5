import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  campaignActions,
  can,
  createTokenSigner,
  createWorkerAuth,
  createWorkerVerifier,
  hasPermission,
  MakeToken,
  ReadToken,
  type Rights,
} from '../src/index.ts';
import { AUDIENCE, createMovableClock, ISSUER, keys, NOW, RIGHTS } from './helpers.ts';

const common = { keys, issuer: ISSUER, audience: AUDIENCE };
const INHERITED = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', ''];

describe('MakeToken and ReadToken', () => {
  const clock = createMovableClock();
  it('make and read the token of a user', () => {
    const token = MakeToken({ ...common, clock, userId: 'user-1', permissions: ['read:campaigns'], expiresIn: 60 });
    const claims = ReadToken({ ...common, clock, token });
    assert.equal(claims.sub, 'user-1');
    assert.equal(claims.exp, NOW + 60);
    assert.equal(hasPermission(claims, 'read:campaigns'), true);
    assert.throws(() => ReadToken({ ...common, clock, token, audience: 'entry-service' }), { code: 'wrong_audience' });
  });

  it('do not make a worker of a user', () => {
    const options = { ...common, clock, userId: 'worker:scores', expiresIn: 60 };
    assert.throws(() => MakeToken(options), { code: 'invalid_claims' });
  });
});

describe('rights', () => {
  const token: Rights = { permissions: ['read:campaigns'], campaigns: { 'tour-1': { actions: ['read'] } } };

  it('are those that are listed, whole and not in part', () => {
    assert.equal(hasPermission(token, 'read:campaigns'), true);
    assert.equal(hasPermission(token, 'read'), false);
    assert.deepEqual(campaignActions(token, 'tour-1'), ['read']);
    assert.equal(can(token, 'tour-1', 'read'), true);
    assert.equal(can(token, 'tour-1', 'update'), false);
    assert.equal(can(token, 'tour-2', 'read'), false);
  });

  it('are none where there are no lists', () => {
    assert.equal(hasPermission({}, 'read'), false);
    assert.deepEqual(campaignActions({}, 'tour-1'), []);
    assert.equal(can({}, 'tour-1', 'read'), false);
  });

  it('are not found by searching in text', () => {
    const text = { permissions: 'read:campaigns', campaigns: { a: { actions: 'read' } } } as unknown as Rights;
    assert.equal(hasPermission(text, 'read:campaigns'), false);
    assert.equal(can(text, 'a', 'read'), false);
  });

  it('are never inherited', () => {
    for (const id of INHERITED) {
      assert.deepEqual(campaignActions(token, id), []);
      assert.equal(can(token, id, 'read'), false);
      assert.equal(can(token, 'tour-1', id), false);
      assert.equal(hasPermission(token, id), false);
    }
  });

  it('are not taken from what a map inherits', () => {
    const campaigns = Object.create({ 'tour-9': { actions: ['read'] } }) as NonNullable<Rights['campaigns']>;
    assert.deepEqual(campaignActions({ campaigns }, 'tour-9'), []);
    assert.equal(can({ campaigns }, 'tour-9', 'read'), false);
  });

  it('are all there with supreme, and only with true', () => {
    assert.equal(can({ supreme: true }, 'tour-9', 'delete'), true);
    assert.equal(hasPermission({ supreme: true }, 'campaigns:refresh'), true);
    assert.equal(can({ supreme: 'true' } as unknown as Rights, 'tour-9', 'delete'), false);
  });
});

describe('a worker', () => {
  const setUp = () => {
    const clock = createMovableClock();
    const options = { keys, issuer: ISSUER, clock };
    const worker = { subject: 'saveEntryScoring', audience: 'entry-service', permissions: ['scoring:write'] };
    const auth = createWorkerAuth({ ...options, ...worker, ttlSeconds: 300 });
    const verify = createWorkerVerifier({ ...options, audience: 'entry-service', subjects: ['saveEntryScoring'] });
    return { clock, options, worker, auth, verify };
  };

  it('gets a token for one service that says who it is and what it may', () => {
    const { auth, verify } = setUp();
    const claims = verify(auth.token());
    assert.equal(claims.worker, 'saveEntryScoring');
    assert.equal(claims.sub, 'worker:saveEntryScoring');
    assert.equal(claims.exp - claims.iat, 300);
    assert.equal(hasPermission(claims, 'scoring:write'), true);
    assert.equal(hasPermission(claims, 'scoring:delete'), false);
  });

  it('keeps its token until four fifths of its life are over, then gets a new one', () => {
    const { auth, clock, verify } = setUp();
    const first = auth.token();
    clock.moveTo(NOW + 239);
    assert.equal(auth.token(), first);
    clock.moveTo(NOW + 240);
    const second = auth.token();
    assert.notEqual(second, first);
    assert.equal(verify(second).exp, NOW + 540);
  });

  it('gets a new token when the clock was set back', () => {
    const { auth, clock, verify } = setUp();
    auth.token();
    clock.moveTo(NOW - 1_000);
    assert.equal(verify(auth.token()).iat, NOW - 1_000);
  });

  it('is refused at another service, under another name, and with a life that is too long', () => {
    const { auth, options, verify } = setUp();
    const elsewhere = createWorkerVerifier({ ...options, audience: AUDIENCE });
    assert.throws(() => elsewhere(auth.token()), { code: 'wrong_audience' });
    const other = { subject: 'other', audience: 'entry-service', permissions: [] };
    assert.throws(() => verify(createWorkerAuth({ ...options, ...other }).token()), { code: 'wrong_subject' });
    const sign = createTokenSigner(options);
    const long = sign({ ...RIGHTS, subject: 'worker:saveEntryScoring', audience: 'entry-service', ttlSeconds: 3_601 });
    assert.throws(() => verify(long), { code: 'invalid_claims' });
    assert.throws(() => verify(sign({ ...RIGHTS, audience: 'entry-service' })), { code: 'wrong_subject' });
  });

  it('cannot be set up with a long life or a name outside the grammar', () => {
    const { options, worker } = setUp();
    assert.throws(() => createWorkerAuth({ ...options, ...worker, ttlSeconds: 3_601 }), { code: 'invalid_claims' });
    assert.throws(() => createWorkerAuth({ ...options, ...worker, ttlSeconds: 29 }), { code: 'invalid_claims' });
    assert.throws(() => createWorkerAuth({ ...options, ...worker, subject: 'a:b' }), { code: 'invalid_claims' });
  });
});

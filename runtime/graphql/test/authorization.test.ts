import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { makeAppSyncAuthorizerInput } from '@verifiedfan/test-utils';
import { eventOf, startGateway } from './set-up.ts';

const QUERY = '{ lookupPhoneScore(phone: "1") { score level } }';
const token = { authorization: 'Bearer abc' };
const score = { score: 7, level: 'low' };

const start = (test: Parameters<typeof startGateway>[0], validateToken: () => unknown) =>
  startGateway(test, { authorizer: 'validateToken', workers: { validateToken, lookupPhoneScore: () => score } });

const askedFor = (calls: { values: readonly { worker: string }[] }, worker: string): number =>
  calls.values.filter((call) => call.worker === worker).length;

describe('an authorizer', () => {
  it('gets the event of an AppSync authorizer, member by member', async (test) => {
    const { calls, post } = await start(test, () => ({ isAuthorized: true }));
    const queryString = 'query Q($p: String!) { lookupPhoneScore(phone: $p) { score } }';
    const answer = await post({ query: queryString, operationName: 'Q', variables: { p: '1' } }, token);
    const [call] = calls.values;
    const event = eventOf<ReturnType<typeof makeAppSyncAuthorizerInput>>(calls, 0);
    const expected = makeAppSyncAuthorizerInput({
      authorizationToken: 'Bearer abc',
      queryString,
      operationName: 'Q',
      variables: { p: '1' },
      requestId: answer.headers['x-amzn-requestid'] ?? '',
      headers: event.requestHeaders as Record<string, string>,
    });
    const names = { apiId: 'verifiedfan', accountId: '000000000000' };
    assert.deepEqual(event, { ...expected, requestContext: { ...expected.requestContext, ...names } });
    assert.equal(call?.context.getRemainingTimeInMillis(), 10_000);
  });

  it('passes its context to resolvers, flat and as text', async (test) => {
    const resolverContext = { tenant: 't1', level: 3, staff: true, nothing: null };
    const { calls, query } = await start(test, () => ({ isAuthorized: true, resolverContext }));
    assert.deepEqual((await query(QUERY, {}, token)).data, { lookupPhoneScore: score });
    const { identity } = eventOf<{ identity: object }>(calls, 1);
    assert.deepEqual(identity, { resolverContext: { tenant: 't1', level: '3', staff: 'true' } });
  });

  it('keeps out whom it refuses, with AppSync’s error and status 401', async (test) => {
    const { calls, post } = await start(test, () => ({ isAuthorized: false }));
    const answer = await post({ query: QUERY }, token);
    assert.equal(answer.status, 401);
    assert.deepEqual(answer.json(), {
      errors: [{ errorType: 'UnauthorizedException', message: 'You are not authorized to make this call.' }],
    });
    assert.equal(askedFor(calls, 'lookupPhoneScore'), 0);
  });

  it('keeps out callers without a token, and is not asked for them', async (test) => {
    const { calls, post } = await start(test, () => ({ isAuthorized: true }));
    assert.equal((await post({ query: QUERY })).status, 401);
    assert.equal(calls.values.length, 0);
  });

  it('keeps everybody out when it throws or answers something else', async (test) => {
    const answers = [
      () => Promise.reject(new Error('Bearer abc is expired')),
      () => undefined,
      () => ({}),
      () => ({ isAuthorized: 'true' }),
      () => ({ isAuthorized: true, resolverContext: { nested: { a: 1 } } }),
      () => ({ isAuthorized: true, resolverContext: [] }),
      () => ({ isAuthorized: true, deniedFields: 'Query.x' }),
      () => ({ isAuthorized: true, deniedFields: [1] }),
      () => ({ isAuthorized: true, ttlOverride: '300' }),
    ];
    let next = answers[0];
    const { logged, post } = await start(test, () => next?.());
    for (const answer of answers) {
      next = answer;
      assert.equal((await post({ query: QUERY }, token)).status, 401, String(answer));
    }
    assert.doesNotMatch(JSON.stringify(logged), /abc/);
    assert.deepEqual(
      logged.map(({ level }) => level),
      answers.map(() => 'error'),
    );
  });

  it('keeps everybody out when it takes longer than ten seconds', async (test) => {
    const { clock, post } = await start(test, () => new Promise(() => {}));
    const answer = post({ query: QUERY }, token);
    await clock.waitForSleepers();
    await clock.advance(10_000);
    assert.equal((await answer).status, 401);
  });

  it('makes denied fields null, by name or by ARN, without asking their workers', async (test) => {
    const arn = 'arn:aws:appsync:eu-west-1:111122223333:apis/abc/types/PhoneScore/fields/level';
    let deniedFields = [arn];
    const { calls, query } = await start(test, () => ({ isAuthorized: true, deniedFields }));
    assert.deepEqual(await query(QUERY, {}, token), { data: { lookupPhoneScore: { score: 7, level: null } } });
    deniedFields = ['Query.lookupPhoneScore'];
    assert.deepEqual(await query(QUERY, {}, token), { data: { lookupPhoneScore: null } });
    assert.equal(askedFor(calls, 'lookupPhoneScore'), 1);
  });

  it('is asked for every request unless it says otherwise', async (test) => {
    const { calls, post } = await start(test, () => ({ isAuthorized: true }));
    await post({ query: QUERY }, token);
    await post({ query: QUERY }, token);
    assert.equal(askedFor(calls, 'validateToken'), 2);
  });

  it('is asked once for a token in the time that it grants, also when it refuses', async (test) => {
    let isAuthorized = true;
    const { calls, clock, post } = await start(test, () => ({ isAuthorized, ttlOverride: 60 }));
    const statuses = async (...tokens: string[]) => {
      const answers = [];
      for (const each of tokens) answers.push((await post({ query: QUERY }, { authorization: each })).status);
      return answers;
    };
    assert.deepEqual(await statuses('a', 'a', 'b'), [200, 200, 200]);
    assert.equal(askedFor(calls, 'validateToken'), 2);
    await clock.advance(60_000);
    isAuthorized = false;
    assert.deepEqual(await statuses('a', 'a'), [401, 401]);
    assert.equal(askedFor(calls, 'validateToken'), 3);
  });

  it('is believed for an hour at most, and for as many tokens as fit', async (test) => {
    const { calls, clock, post } = await startGateway(test, {
      authorizer: 'validateToken',
      maxCachedAuthorizations: 1,
      workers: { validateToken: () => ({ isAuthorized: true, ttlOverride: 1e9 }), lookupPhoneScore: () => score },
    });
    const ask = (authorization: string) => post({ query: QUERY }, { authorization });
    for (const each of ['a', 'a', 'b', 'a']) await ask(each);
    assert.equal(askedFor(calls, 'validateToken'), 3);
    await clock.advance(3_600_000);
    await ask('a');
    assert.equal(askedFor(calls, 'validateToken'), 4);
  });
});

describe('a gateway without an authorizer', () => {
  it('lets everybody in, as with an API key', async (test) => {
    const { calls, query } = await startGateway(test, { workers: { lookupPhoneScore: () => score } });
    assert.deepEqual((await query(QUERY)).data, { lookupPhoneScore: score });
    assert.equal(eventOf<{ identity: unknown }>(calls, 0).identity, null);
  });
});

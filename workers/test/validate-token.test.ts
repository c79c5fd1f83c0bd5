import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { createLog } from '@verifiedfan/log';
import { createLogCapture, makeAppSyncAuthorizerInput } from '@verifiedfan/test-utils';
import type { WorkerHost } from '@verifiedfan/worker';
import { createTestClock } from './support/clock.ts';
import { makeSetting } from './support/setting.ts';

type Answer = { isAuthorized: boolean; resolverContext?: Record<string, unknown>; ttlOverride?: number };

const setUp = (context: TestContext, verifyToken: WorkerHost['verifyToken']) => {
  const captured = createLogCapture();
  const log = createLog({ service: 'test', level: 'trace', clock: createTestClock(), destination: captured });
  const { run } = makeSetting(context, { verifyToken, log });
  const ask = (authorizationToken: string) =>
    run<Answer>('validateToken', makeAppSyncAuthorizerInput({ authorizationToken }));
  return { ask, output: () => captured.text() };
};

describe('validateToken', () => {
  it('lets a valid token in, and tells the resolvers who it is in flat texts', async (context) => {
    const { ask } = setUp(context, async () => ({ sub: 'ann', permissions: ['phone:score', 'x'], supreme: true }));
    const { isAuthorized, resolverContext } = await ask('Bearer token');
    assert.equal(isAuthorized, true);
    assert.deepEqual(resolverContext, { sub: 'ann', supreme: 'true', permissions: 'phone:score x' });
  });

  it('gives a token without rights none', async (context) => {
    const { ask } = setUp(context, async () => ({ sub: 'ann' }));
    assert.deepEqual((await ask('token')).resolverContext, { sub: 'ann', supreme: 'false', permissions: '' });
  });

  it('asks for the audience of GraphQL, with the bare token', async (context) => {
    const asked: object[] = [];
    const { ask } = setUp(context, async (options) => {
      asked.push(options);
      return { sub: 'ann' };
    });
    for (const header of ['Bearer abc', 'bearer abc', 'abc']) await ask(header);
    assert.deepEqual(asked, Array(3).fill({ token: 'abc', audience: 'graphql' }));
  });

  it('is not kept by AppSync, so that an expired token ends when it expires', async (context) => {
    const { ask } = setUp(context, async () => ({ sub: 'ann' }));
    assert.equal((await ask('token')).ttlOverride, 0);
  });

  for (const token of ['', 'Bearer ', 'nonsense', 'a.b.c'])
    it(`answers no to ${JSON.stringify(token)} instead of failing, and writes no token down`, async (context) => {
      const { ask, output } = setUp(context, async () => {
        throw new Error('not valid');
      });
      assert.equal((await ask(token)).isAuthorized, false);
      assert.ok(token.length < 5 || !output().includes(token));
    });
});

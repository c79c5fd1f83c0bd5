import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createTokens, SECRET_GENERATORS, systemClock } from '@verifiedfan/platform';
import { createSeededRandom, makeAppSyncAuthorizerInput } from '@verifiedfan/test-utils';
import { awsBundles } from './support/bundles.ts';
import { startFunction } from './support/function.ts';
import { startRefusingAws } from './support/refusing-aws.ts';

const bundles = awsBundles('rotation', { names: ['validateToken'] });
const random = createSeededRandom({ seed: 'rotation' });
const makeKeys = (): string => SECRET_GENERATORS.tokenKeys?.(random) ?? '';
/** The same with a new key in front, which signs. */
const withNewKey = (document: string): string => {
  const [old, fresh] = [document, makeKeys()].map((text) => JSON.parse(text) as { signing: string; keys: object[] });
  return JSON.stringify({ ...fresh, keys: [...(fresh?.keys ?? []), ...(old?.keys ?? [])] });
};
const tokenOf = async (tokenKeys: string): Promise<string> =>
  (await createTokens({ secrets: { get: async () => tokenKeys }, clock: systemClock })).issue({ subject: 'fan' });

describe('a warm function', () => {
  it('takes tokens of a key that its stage has got since it started', async (context) => {
    const secrets = { tokenKeys: makeKeys() };
    const [bundle] = bundles();
    assert.ok(bundle);
    const { answer } = await startFunction(context, {
      bundle,
      environment: {
        ...{ RESOURCE_PREFIX: 'verifiedfan-test', AWS_REGION: 'eu-west-1' },
        ...{ AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' },
        AWS_ENDPOINT_URL: await startRefusingAws(context, secrets),
      },
    });
    const isLetIn = async (token: string): Promise<unknown> =>
      (await answer(makeAppSyncAuthorizerInput({ authorizationToken: `Bearer ${token}` }))).isAuthorized;
    const old = await tokenOf(secrets.tokenKeys);
    assert.equal(await isLetIn(old), true);
    secrets.tokenKeys = withNewKey(secrets.tokenKeys);
    assert.deepEqual([await isLetIn(await tokenOf(secrets.tokenKeys)), await isLetIn(old)], [true, true]);
    assert.equal(await isLetIn(await tokenOf(makeKeys())), false);
  });
});

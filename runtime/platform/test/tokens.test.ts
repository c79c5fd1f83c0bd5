import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { activateKey, createKeySetDocument, rotateKeySetDocument } from '@verifiedfan/jwt';
import { PortError } from '@verifiedfan/ports';
import { createManualClock, createSeededRandom } from '@verifiedfan/test-utils';
import { createTokens, keepSecrets } from '../src/index.ts';

const random = createSeededRandom({ seed: 'keys of tokens' });

/** A stage with its secret, and processes that read it as they do on AWS. */
const setUp = () => {
  const clock = createManualClock();
  let document = createKeySetDocument({ random });
  let isUp = true;
  let reads = 0;
  const open = () =>
    createTokens({
      clock,
      secrets: keepSecrets({
        clock,
        secrets: {
          async get() {
            reads += 1;
            if (!isUp) throw new PortError({ code: 'unavailable', message: 'not now' });
            return document;
          },
        },
      }),
    });
  return {
    clock,
    open,
    reads: () => reads,
    put: (next: string) => (document = next),
    rotate: (options: { keep?: number; activate?: boolean } = {}) =>
      (document = rotateKeySetDocument({ document, random, ...options })),
    shutDown: () => (isUp = false),
  };
};
type Opened = Awaited<ReturnType<ReturnType<typeof setUp>['open']>>;
const subjectOf = async (tokens: Opened, token: string): Promise<string> =>
  (await tokens.checker('graphql')(token)).sub;
const refused = (tokens: Opened, token: string) =>
  assert.rejects(async () => tokens.checker('graphql')(token), { code: 'unknown_key' });

describe('tokens of a stage whose keys are changed', () => {
  it('are taken at once by a process that has the keys of before', async () => {
    const { open, rotate } = setUp();
    const warm = await open();
    rotate();
    const fresh = await open();
    assert.equal(await subjectOf(warm, fresh.issue({ subject: 'fan' })), 'fan');
  });

  it('of the key of before go on being taken as long as it stands in the document', async () => {
    const { open, rotate } = setUp();
    const warm = await open();
    const old = warm.issue({ subject: 'fan' });
    rotate();
    assert.equal(await subjectOf(await open(), old), 'fan');
    rotate({ keep: 0 });
    await refused(await open(), old);
  });

  it('are signed with the new key once its time to be noticed is over', async () => {
    const { open, rotate, clock } = setUp();
    const warm = await open();
    const token = warm.worker('graphql');
    const before = await token();
    rotate({ keep: 0 });
    await clock.advance(299_999);
    const others = await open();
    await refused(others, before);
    await clock.advance(10_000);
    assert.equal(await subjectOf(others, await token()), 'worker:local');
  });

  it('of a key that was taken away are refused once that was noticed', async () => {
    const { open, put, clock } = setUp();
    const warm = await open();
    const old = warm.issue({ subject: 'fan' });
    put(createKeySetDocument({ random }));
    await clock.advance(310_000);
    await refused(warm, old);
  });

  it('of made-up keys do not have the secret read for each', async () => {
    const { open, reads, clock } = setUp();
    const stranger = setUp();
    const forged = (await stranger.open()).issue({ subject: 'fan' });
    const warm = await open();
    for (let call = 0; call < 100; call += 1) await refused(warm, forged);
    await Promise.all(Array.from({ length: 100 }, () => refused(warm, forged)));
    assert.equal(reads(), 2, 'the start and one more');
    await clock.advance(30_000);
    await refused(warm, forged);
    assert.equal(reads(), 3);
  });

  it('that arrive together while the keys are read are all taken', async () => {
    const { open, rotate, reads } = setUp();
    const warm = await open();
    rotate();
    const token = (await open()).issue({ subject: 'fan' });
    const before = reads();
    const subjects = await Promise.all(Array.from({ length: 20 }, () => subjectOf(warm, token)));
    assert.deepEqual(new Set(subjects), new Set(['fan']));
    assert.equal(reads() - before, 1);
  });

  it('go on as before while the secret cannot be read, or holds nonsense', async () => {
    const { open, put, shutDown, clock } = setUp();
    const warm = await open();
    put('{"keys":[]}');
    await clock.advance(310_000);
    assert.equal(await subjectOf(warm, warm.issue({ subject: 'fan' })), 'fan');
    shutDown();
    await clock.advance(310_000);
    assert.equal(await subjectOf(warm, await warm.worker('graphql')()), 'worker:local');
  });

  it('need no second step: a key can also be added first and sign later', async () => {
    const { open, rotate, put, clock } = setUp();
    const warm = await open();
    const document = rotate({ activate: false });
    await clock.advance(310_000);
    await warm.worker('graphql')();
    const [{ kid }] = (JSON.parse(document) as { keys: [{ kid: string }] }).keys;
    put(activateKey({ document, kid }));
    assert.equal(await subjectOf(warm, (await open()).issue({ subject: 'fan' })), 'fan');
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { PortError } from '@verifiedfan/ports';
import { createManualClock } from '@verifiedfan/test-utils';
import { keepSecrets } from '../src/index.ts';

const setUp = () => {
  const clock = createManualClock();
  const asked: string[] = [];
  let answer = async (): Promise<string> => 'first';
  const secrets = keepSecrets({
    clock,
    ttlMs: 60_000,
    secrets: {
      get(name) {
        asked.push(name);
        return answer();
      },
    },
  });
  return { clock, secrets, asked, answerWith: (next: typeof answer) => (answer = next) };
};
const unavailable = async (): Promise<string> => {
  throw new PortError({ code: 'unavailable', message: 'not now' });
};

describe('secrets that are kept', () => {
  it('are asked for once in their time, and then anew', async () => {
    const { secrets, asked, clock, answerWith } = setUp();
    assert.equal(await secrets.get('key'), 'first');
    answerWith(async () => 'second');
    await clock.advance(59_999);
    assert.equal(await secrets.get('key'), 'first');
    await clock.advance(1);
    assert.equal(await secrets.get('key'), 'second');
    assert.deepEqual(asked, ['key', 'key']);
  });

  it('are asked for at once by whoever cannot stand an older value', async () => {
    const { secrets, answerWith } = setUp();
    await secrets.get('key');
    answerWith(async () => 'second');
    assert.equal(await secrets.get('key', { maxAgeMs: 0 }), 'second');
    assert.equal(await secrets.get('key'), 'second');
  });

  it('outlive a time in which they cannot be asked for, in which few ask', async () => {
    const { secrets, asked, clock, answerWith } = setUp();
    await secrets.get('key');
    answerWith(unavailable);
    await clock.advance(60_000);
    for (let call = 0; call < 10; call += 1) assert.equal(await secrets.get('key'), 'first');
    assert.equal(asked.length, 2);
    answerWith(async () => 'second');
    await clock.advance(30_000);
    assert.equal(await secrets.get('key'), 'second');
  });

  it('are not waited for when there is a value and no answer', async () => {
    const { secrets, clock, answerWith } = setUp();
    await secrets.get('key');
    answerWith(() => new Promise(() => {}));
    await clock.advance(60_000);
    const value = secrets.get('key');
    await clock.waitForSleepers();
    await clock.advance(2_000);
    assert.equal(await value, 'first');
  });

  it('throw when they were never there, or are there no more', async () => {
    const { secrets, clock, answerWith } = setUp();
    answerWith(unavailable);
    await assert.rejects(secrets.get('other'), { code: 'unavailable' });
    answerWith(async () => 'first');
    await secrets.get('key');
    answerWith(async () => {
      throw new PortError({ code: 'not_found', message: 'gone' });
    });
    await clock.advance(60_000);
    await assert.rejects(secrets.get('key'), { code: 'not_found' });
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createGate } from '@verifiedfan/test-utils';
import { once, oncePerName, runAll } from '../src/once.ts';

describe('once', () => {
  it('makes one for all who ask, and another only after a failure', async () => {
    let made = 0;
    const get = once(async () => {
      made += 1;
      if (made === 1) throw new Error('not yet');
      return made;
    });
    await assert.rejects(get(), /not yet/);
    assert.deepEqual(await Promise.all([get(), get()]), [2, 2]);
  });

  it('tells what was begun, and waits for it, without beginning it', async () => {
    const door = createGate();
    const get = once(async () => {
      await door.wait();
      return 'made';
    });
    assert.equal(await get.started(), undefined);
    const making = get();
    const started = get.started();
    door.open();
    assert.equal(await started, 'made');
    await making;
  });

  it('does so for each name', async () => {
    const made: string[] = [];
    const get = oncePerName(async (name) => made.push(name));
    await Promise.all([get('a'), get('b'), get('a')]);
    assert.deepEqual(made, ['a', 'b']);
  });
});

describe('runAll', () => {
  it('runs every step in order, whatever fails, and throws the first error', async () => {
    const steps: string[] = [];
    const step = (name: string, error?: Error) => async () => {
      await null;
      steps.push(name);
      if (error !== undefined) throw error;
    };
    const running = runAll([step('a'), step('b', new Error('first')), step('c', new Error('second')), step('d')]);
    await assert.rejects(running, /first/);
    assert.deepEqual(steps, ['a', 'b', 'c', 'd']);
  });
});

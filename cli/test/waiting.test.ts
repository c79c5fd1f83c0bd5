import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ownDirectory } from '@verifiedfan/platform';
import { createGate, temporaryDirectory } from '@verifiedfan/test-utils';
import { runHere } from './support/run-here.ts';

describe('waiting for an owner', { concurrency: true }, () => {
  it('ends as soon as the directory is free', async (test) => {
    const { path, join: inside } = temporaryDirectory(test);
    const lock = ownDirectory(inside('.verifiedfan'), { pid: process.pid, command: 'stopping' });
    const waits = createGate();
    const { signal } = new AbortController();
    const listen = signal.addEventListener.bind(signal);
    // A command that sleeps until it looks again listens to the caller's signal.
    signal.addEventListener = (...all: Parameters<typeof listen>) => {
      waits.open();
      listen(...all);
    };
    const counting = runHere(['counts', 'any'], { directory: path, signal });
    await Promise.race([waits.wait(), counting]);
    assert.ok(waits.opened, 'it did not wait');
    lock.release();
    assert.equal((await counting).code, 0);
  });

  it('ends with the caller', async (test) => {
    const { path, join: inside } = temporaryDirectory(test);
    const lock = ownDirectory(inside('.verifiedfan'), { pid: process.pid, command: 'load' });
    const stopping = new AbortController();
    const counting = runHere(['counts', 'any'], { directory: path, signal: stopping.signal });
    stopping.abort();
    const { code, err } = await counting;
    assert.equal(code, 1);
    assert.match(err, /interrupted/);
    lock.release();
  });

  it('ends after five seconds with who it is', async (test) => {
    const { path, join: inside } = temporaryDirectory(test);
    const lock = ownDirectory(inside('.verifiedfan'), { pid: process.pid, command: 'load' });
    const ran = await Promise.all(
      [
        ['counts', 'any'],
        ['start', '--no-sample'],
      ].map((argv) => runHere(argv, { directory: path })),
    );
    for (const { code, out, err } of ran) {
      assert.deepEqual([code, out], [1, '']);
      assert.match(err, new RegExp(`is in use by process ${process.pid} \\(load\\)`));
    }
    lock.release();
  });
});

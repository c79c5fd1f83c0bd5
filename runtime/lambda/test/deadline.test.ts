import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createManualClock, makeLambdaContext } from '@verifiedfan/test-utils';
import type { InvocationContext } from '@verifiedfan/worker';
import { MARGIN_MS, withDeadline } from '../src/deadline.ts';

const setUp = () => {
  const clock = createManualClock();
  const stopping = new AbortController();
  const passed: number[] = [];
  const context = makeLambdaContext({ timeoutMs: 10_000, clock });
  const run = <T>(work: (context: InvocationContext) => Promise<T>) =>
    withDeadline({ context, clock, stopping: stopping.signal, onPassed: () => passed.push(clock.now()) }, work);
  return { clock, stopping, passed, run };
};

describe('the deadline of an invocation', () => {
  it('keeps a margin back from the time that is left', async () => {
    const { run, clock } = setUp();
    await run(async ({ getRemainingTimeInMillis, awsRequestId }) => {
      assert.equal(getRemainingTimeInMillis?.(), 10_000 - MARGIN_MS);
      assert.notEqual(awsRequestId, undefined);
      await clock.advance(9_000);
      assert.equal(getRemainingTimeInMillis?.(), 0, 'never less than none');
    });
  });

  it('aborts once when the margin begins, and says so', async () => {
    const { run, clock, passed } = setUp();
    await run(async ({ signal }) => {
      await clock.advance(10_000 - MARGIN_MS - 1);
      assert.equal(signal?.aborted, false);
      await clock.advance(1);
      assert.equal(signal?.aborted, true);
    });
    assert.equal(passed.length, 1);
  });

  it('leaves nothing waiting behind work that ends in time or throws', async () => {
    const { run, clock, passed } = setUp();
    assert.equal(await run(async () => 'done'), 'done');
    await assert.rejects(
      run(() => Promise.reject(new Error('thrown'))),
      /thrown/,
    );
    assert.equal(clock.sleeping(), 0);
    assert.deepEqual(passed, []);
  });

  it('aborts when the process is asked to stop, with or without a deadline', async () => {
    const { run, stopping, clock } = setUp();
    await run(async ({ signal }) => {
      stopping.abort();
      assert.equal(signal?.aborted, true);
    });
    const options = { context: {}, clock, stopping: stopping.signal, onPassed: () => assert.fail() };
    await withDeadline(options, async ({ signal }) => assert.equal(signal?.aborted, true));
  });
});

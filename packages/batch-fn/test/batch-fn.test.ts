import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { type BatchContext, type BatchOptions, batchFn } from '../src/index.ts';
import { patientClock, steadyRandom } from './help.ts';

class Throttled extends Error {
  readonly retryable = true;
}
class Broken extends Error {
  readonly retryable = false;
}
type Sent = { id: string };

/** A bulk function that fails an entry as often as told, and notes what it was given. */
const setUp = (options: Partial<BatchOptions<string>> = {}, errors: Record<string, Error[]> = {}) => {
  const clock = patientClock();
  const calls: string[] = [];
  const state = { underWay: 0, most: 0 };
  const send = async (batch: string[], { attempt }: BatchContext) => {
    calls.push(`${attempt}:${batch.join('')}`);
    state.most = Math.max(state.most, ++state.underWay);
    await nextTurn();
    state.underWay--;
    return batch.map((id): Sent | { error: Error } => {
      const error = errors[id]?.shift();
      return error ? { error } : { id };
    });
  };
  const run = batchFn<string, Sent>(send, { batchSize: 2, clock, random: steadyRandom(0.5), ...options });
  return { run, calls, clock, state };
};
const codes = (outcomes: (Sent | { error: Error })[]): string[] =>
  outcomes.map((outcome) =>
    'error' in outcome ? String((outcome.error as { code?: string }).code ?? outcome.error.message) : outcome.id,
  );

describe('batchFn', () => {
  it('sends bounded batches and answers in the order of the items', async () => {
    const { run, calls } = setUp();
    assert.deepEqual(codes(await run([...'abcde'])), [...'abcde']);
    assert.deepEqual(calls, ['1:ab', '1:cd', '1:e']);
  });

  it('answers no items without a call', async () => {
    const { run, calls } = setUp();
    assert.deepEqual(await run([]), []);
    assert.deepEqual(calls, []);
  });

  it('has no more batches under way than its bound, and uses the bound', async () => {
    const { run, state } = setUp({ concurrency: 3 });
    await run([...'abcdefghijkl']);
    assert.equal(state.most, 3);
  });

  it('closes a batch before the entry that would break maxBytes, and fails alone one that never fits', async () => {
    const { run, calls } = setUp({ batchSize: 9, maxBytes: 4, sizeOf: (item) => item.length });
    assert.deepEqual(codes(await run(['aa', 'bb', 'ccccc', 'd'])), ['aa', 'bb', 'too_large', 'd']);
    assert.deepEqual(calls, ['1:aabb', '1:d']);
  });

  describe('retries', () => {
    it('only what failed, after a growing wait', async () => {
      const { run, calls, clock } = setUp({ batchSize: 3 }, { b: [new Throttled(), new Throttled()] });
      assert.deepEqual(codes(await run([...'abc'])), ['a', 'b', 'c']);
      assert.deepEqual(calls, ['1:abc', '2:b', '3:b']);
      assert.deepEqual(clock.slept, [50, 100]); // half of 100 and of 200, as the random number is 0.5
    });

    it('not more often than told, and answers with the last error', async () => {
      const { run, calls } = setUp({ attempts: 2 }, { a: [new Throttled('first'), new Throttled('second')] });
      assert.deepEqual(codes(await run(['a'])), ['second']);
      assert.deepEqual(calls, ['1:a', '2:a']);
    });

    it('never what cannot pass', async () => {
      const { run, calls } = setUp({}, { a: [new Broken('for good')] });
      assert.deepEqual(codes(await run([...'ab'])), ['for good', 'b']);
      assert.deepEqual(calls, ['1:ab']);
    });

    it('what the caller names, and waits no longer than maxBackoffMs', async () => {
      const options = { isRetryable: () => true, backoffMs: 1_000, maxBackoffMs: 1_500, attempts: 4 };
      const { run, clock } = setUp(options, { a: [new Error(), new Error(), new Error()] });
      assert.deepEqual(codes(await run(['a'])), ['a']);
      assert.deepEqual(clock.slept, [500, 750, 750]);
    });

    it('a whole batch whose call threw', async () => {
      let calls = 0;
      const send = async (batch: string[]) => {
        if (++calls === 1) throw new Throttled();
        return batch.map((id) => ({ id }));
      };
      const run = batchFn(send, { batchSize: 2, clock: patientClock(), random: steadyRandom(0) });
      assert.deepEqual(codes(await run([...'ab'])), ['a', 'b']);
      assert.equal(calls, 2);
    });
  });

  it('trusts no result of an answer of the wrong length or form', async () => {
    for (const answer of [[{ id: 'a' }], [{ id: 'a' }, null], undefined]) {
      const send = async () => answer as { id: string }[];
      const run = batchFn(send, { batchSize: 2, clock: patientClock(), random: steadyRandom(0) });
      assert.deepEqual(codes(await run([...'ab'])), ['wrong_answer', 'wrong_answer']);
    }
  });

  describe('with keyOf', () => {
    const keyOf = (item: string): string => item.charAt(0);

    it('never has two entries of a key under way, and keeps their order', async () => {
      const { run, calls } = setUp({ batchSize: 3, concurrency: 2, keyOf });
      const outcomes = await run(['a1', 'a2', 'b1', 'a3', 'c1', 'b2']);
      assert.deepEqual(codes(outcomes), ['a1', 'a2', 'b1', 'a3', 'c1', 'b2']);
      assert.deepEqual(calls, ['1:a1b1c1', '1:a2b2', '1:a3']);
    });

    it('lets the next entry of a key wait until the one before it has been sent again', async () => {
      const { run, calls } = setUp({ concurrency: 2, keyOf }, { a1: [new Throttled()] });
      await run(['a1', 'b1', 'a2', 'b2']);
      assert.ok(calls.indexOf('2:a1') < calls.findIndex((call) => call.includes('a2')), calls.join());
      assert.ok(calls.includes('1:b2') || calls.includes('1:b2a2'), calls.join());
    });

    it('does not let one key in its back-off hold the others', async () => {
      const { run, calls, clock } = setUp({ concurrency: 2, keyOf }, { a1: [new Throttled()] });
      const wake = clock.hold();
      const answer = run(['a1', 'b1', 'a2', 'b2']);
      for (let turn = 0; turn < 5; turn++) await nextTurn();
      assert.deepEqual(calls, ['1:a1b1', '1:b2']);
      wake();
      await answer;
      assert.deepEqual(calls.slice(2), ['2:a1', '1:a2']);
    });

    it('goes on behind a failure, or holds the rest of the key back when told so', async () => {
      const items = ['a1', 'b1', 'a2', 'a3', 'b2'];
      const free = setUp({ keyOf }, { a1: [new Broken('broken')] });
      assert.deepEqual(codes(await free.run(items)), ['broken', 'b1', 'a2', 'a3', 'b2']);
      const strict = setUp({ keyOf, stopKeyOnFailure: true }, { a1: [new Broken('broken')] });
      assert.deepEqual(codes(await strict.run(items)), ['broken', 'b1', 'held_back', 'held_back', 'b2']);
      assert.deepEqual(strict.calls, ['1:a1b1', '1:b2']);
    });
  });

  describe('when the signal aborts', () => {
    it('sends nothing further and says which entries were never sent', async () => {
      const controller = new AbortController();
      const { run, calls } = setUp();
      const answer = run([...'abcd'], { signal: controller.signal });
      controller.abort();
      assert.deepEqual(codes(await answer), ['a', 'b', 'aborted', 'aborted']);
      assert.deepEqual(calls, ['1:ab']);
    });

    it('keeps the error of an entry that waits to be sent again', async () => {
      const controller = new AbortController();
      const { run, calls, clock } = setUp({}, { a: [new Throttled('throttled')] });
      clock.hold();
      const answer = run(['a'], { signal: controller.signal });
      for (let turn = 0; turn < 3; turn++) await nextTurn();
      controller.abort();
      assert.deepEqual(codes(await answer), ['throttled']);
      assert.deepEqual(calls, ['1:a']);
    });
  });

  it('refuses wrong options when it is built', () => {
    assert.throws(() => setUp({ batchSize: 0 }), { code: 'invalid_options' });
    assert.throws(() => setUp({ maxBytes: 5 }), { code: 'invalid_options', message: /sizeOf/ });
    assert.throws(() => setUp({ retries: 5 } as object), { code: 'invalid_options', message: /retries/ });
  });

  it('rejects before anything is sent when keyOf throws', async () => {
    const { run, calls } = setUp({
      keyOf: () => {
        throw new Error('no key');
      },
    });
    await assert.rejects(run(['a']), { message: 'no key' });
    assert.deepEqual(calls, []);
  });
});

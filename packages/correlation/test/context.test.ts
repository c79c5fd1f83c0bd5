import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import {
  CorrelationError,
  currentContext,
  currentCorrelation,
  runWithCorrelation,
  runWithFields,
} from '../src/index.ts';

const TRACEPARENT = '00-5b8efff798038103d269b633813fc60c-eee19b7ec3c1b174-01';

describe('runWithCorrelation', () => {
  it('is seen across awaits, and only inside', async () => {
    const seen = await runWithCorrelation({ correlation: 'abc-def', worker: 'scoreUsers' }, async () => {
      await turn();
      return currentContext();
    });
    assert.deepEqual(seen, { correlation: 'abc-def', worker: 'scoreUsers' });
    assert.equal(currentContext(), undefined);
    assert.equal(currentCorrelation(), undefined);
  });

  it('keeps apart what runs at the same time', async () => {
    const work = (id: string) =>
      runWithCorrelation({ correlation: id }, async () => {
        await turn();
        const first = currentCorrelation();
        await turn();
        return [first, currentCorrelation()];
      });
    assert.deepEqual(await Promise.all(['a', 'b', 'c'].map(work)), [
      ['a', 'a'],
      ['b', 'b'],
      ['c', 'c'],
    ]);
  });

  it('keeps the fields of the outer context unless they are named again', () => {
    runWithCorrelation({ correlation: 'batch', worker: 'load', traceparent: TRACEPARENT }, () => {
      runWithCorrelation({ correlation: 'batch.0', record: 7, traceparent: undefined }, () => {
        assert.equal(currentCorrelation(), 'batch.0');
        assert.equal(currentContext()?.worker, 'load');
        assert.equal(currentContext()?.record, 7);
        assert.equal(currentContext()?.traceparent, undefined);
      });
      assert.equal(currentContext()?.record, undefined);
      assert.equal(currentCorrelation(), 'batch');
    });
  });

  it('refuses an id that could forge a header or a log line, without repeating it', () => {
    for (const correlation of ['', 'a b', 'a\r\nx-evil: 1', 'ü', 'a'.repeat(129)]) {
      assert.throws(
        () => runWithCorrelation({ correlation }, () => undefined),
        (error) =>
          error instanceof CorrelationError && error.code === 'invalid_correlation' && !error.message.includes('evil'),
      );
    }
  });

  it('gives a context that nobody can change', () => {
    runWithFields({ worker: 'load' }, () => {
      assert.throws(() => Object.assign(currentContext() ?? {}, { worker: 'other' }), TypeError);
    });
  });
});

describe('runWithFields', () => {
  it('adds fields where there is no correlation yet', () => {
    assert.deepEqual(
      runWithFields({ worker: 'load', attempt: 2 }, () => currentContext()),
      { worker: 'load', attempt: 2 },
    );
  });

  it('refuses a traceparent that is not one', () => {
    assert.throws(() => runWithFields({ traceparent: '00-0-0-00' }, () => undefined), { code: 'invalid_traceparent' });
  });

  it('lets an error through and ends the context', () => {
    const boom = new Error('boom');
    assert.throws(
      () =>
        runWithFields({ worker: 'load' }, () => {
          throw boom;
        }),
      boom,
    );
    assert.equal(currentContext(), undefined);
  });
});

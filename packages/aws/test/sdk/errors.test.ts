import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isRefusal, toPortError } from '../../src/sdk/errors.ts';

const failure = (name: string, httpStatusCode = 400, fields: object = {}): Error =>
  Object.assign(new Error('no'), { name, $metadata: { httpStatusCode } }, fields);

describe('what errors of AWS mean', () => {
  it('is that they may pass, where they do, though their status says that the request was wrong', () => {
    const codes = {
      RequestTimeout: 'unavailable',
      IncompleteBody: 'unavailable',
      OperationAbortedException: 'conflict',
      ResourceConflictException: 'conflict',
      KmsThrottled: 'throttled',
      KmsThrottlingException: 'throttled',
      PriorRequestNotComplete: 'throttled',
      ExecutionLimitExceeded: 'throttled',
      ThrottledException: 'throttled',
    };
    for (const [name, code] of Object.entries(codes)) {
      const error = toPortError(failure(name), { operation: 'x', resource: 'r' });
      assert.deepEqual([name, error.code, error.retryable], [name, code, true]);
    }
  });

  it('is wrong use, where nothing else is known of a refused request', () => {
    const error = toPortError(failure('SomethingException'), { operation: 'x' });
    assert.deepEqual([error.code, error.retryable], ['validation', false]);
  });

  it('is an answer when a condition did not hold, and only then', () => {
    const cancelled = (...codes: (string | undefined)[]): Error =>
      failure('TransactionCanceledException', 400, { CancellationReasons: codes.map((Code) => ({ Code })) });
    const refusals = [
      failure('ConditionalCheckFailedException'),
      failure('PreconditionFailed', 412),
      failure('ExecutionAlreadyExists'),
      cancelled('None', 'ConditionalCheckFailed', undefined),
    ];
    assert.deepEqual(refusals.map(isRefusal), [true, true, true, true]);
    const faults = [
      failure('ThrottlingException'),
      cancelled(),
      cancelled('None'),
      cancelled('ConditionalCheckFailed', 'TransactionConflict'),
      failure('TransactionCanceledException'),
      'PreconditionFailed',
    ];
    assert.deepEqual(faults.map(isRefusal), [false, false, false, false, false, false]);
  });
});

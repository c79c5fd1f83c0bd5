import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { JsonValue } from '@verifiedfan/ports';
import { dynamodbStream, kinesis, type QueueSourceOptions, type StreamSourceOptions, sqs } from '../../src/index.ts';

const refusal = { name: 'WorkerError', code: 'invalid_worker', retryable: false };
const refuses = (define: () => unknown, why: RegExp): void => {
  assert.throws(define, { ...refusal, message: why });
};

describe('options of stream sources', () => {
  it("are AWS's defaults where nothing is said, except that a failing batch is split", () => {
    assert.deepEqual(kinesis('s').stream, {
      batchSize: 100,
      batchWindowSeconds: 0,
      bisectOnError: true,
      maxRetries: -1,
      maxAgeSeconds: -1,
      parallelization: 1,
      windowSeconds: 0,
      filters: [],
    });
    assert.deepEqual(dynamodbStream('t').stream, kinesis('s').stream);
  });

  it('take what AWS takes, to the limits', () => {
    const widest = { batchSize: 10_000, batchWindowSeconds: 300, maxRetries: 10_000, maxAgeSeconds: 604_800 };
    for (const options of [
      widest,
      { parallelization: 10 },
      { windowSeconds: 900 },
      { maxAgeSeconds: 60, maxRetries: 0 },
    ])
      assert.partialDeepStrictEqual(kinesis('s', options).stream, options);
  });

  it('refuse what AWS refuses, when the worker is defined', () => {
    const wrong: [StreamSourceOptions, RegExp][] = [
      [{ batchSize: 0 }, /batchSize .* 1 to 10000/],
      [{ batchSize: 10_001 }, /batchSize/],
      [{ batchSize: 1.5 }, /batchSize/],
      [{ batchWindowSeconds: 301 }, /batchWindowSeconds/],
      [{ maxRetries: -2 }, /maxRetries/],
      [{ maxAgeSeconds: 59 }, /maxAgeSeconds.* 60 to 604800/],
      [{ maxAgeSeconds: 0 }, /maxAgeSeconds/],
      [{ parallelization: 11 }, /parallelization/],
      [{ windowSeconds: 901 }, /windowSeconds/],
      [{ windowSeconds: 1, parallelization: 2 }, /windowSeconds needs a parallelization of 1/],
      [{ batchsize: 1 } as StreamSourceOptions, /unknown options: batchsize/],
      [{ bisectOnError: 'no' as unknown as boolean }, /bisectOnError/],
    ];
    for (const [options, why] of wrong) refuses(() => kinesis('s', options), why);
  });

  it('refuse filters that are no patterns, and more than Lambda takes', () => {
    refuses(() => kinesis('s', { filters: [{ data: 'not in a list' }] as JsonValue[] }), /^filters: /);
    refuses(() => kinesis('s', { filters: Array.from({ length: 6 }, () => ({ data: { a: [1] } })) }), /^filters: /);
  });
});

describe('options of queue sources', () => {
  it("are AWS's defaults where nothing is said", () => {
    assert.deepEqual(sqs('q').queue, { batchSize: 10, batchWindowSeconds: 0, maxConcurrency: 2, fifo: false });
  });

  it('refuse what AWS refuses', () => {
    const wrong: [QueueSourceOptions & { fifo?: boolean }, RegExp][] = [
      [{ batchSize: 11 }, /more than 10 messages needs a batchWindowSeconds/],
      [{ batchSize: 11, fifo: true }, /batchSize .* 1 to 10/],
      [{ batchWindowSeconds: 1, fifo: true }, /batchWindowSeconds .* 0 to 0/],
      [{ maxConcurrency: 1 }, /maxConcurrency .* 2 to 1000/],
      [{ maxConcurrency: 1_001 }, /maxConcurrency/],
      [{ visibility: 3 } as QueueSourceOptions, /unknown options: visibility/],
    ];
    for (const [options, why] of wrong) refuses(() => sqs('q', options), why);
    assert.equal(sqs('q', { batchSize: 11, batchWindowSeconds: 1 }).queue?.batchSize, 11);
  });
});

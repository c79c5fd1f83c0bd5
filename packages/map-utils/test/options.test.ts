import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { checkOptions, optional, positiveInteger, trueOrFalse } from '../src/index.ts';

type Options = { batchSize: number; header?: boolean | undefined };
const check = (options: Options): void =>
  checkOptions<Options>('reader', options, { batchSize: positiveInteger, header: optional(trueOrFalse) });

describe('checkOptions', () => {
  it('accepts what the rules accept, with optional ones left out or undefined', () => {
    check({ batchSize: 1 });
    check({ batchSize: 1, header: undefined });
  });

  it('names an unknown option and the ones that exist', () => {
    const options = { batchSize: 1, batchsize: 2 };
    assert.throws(() => check(options), {
      code: 'invalid_options',
      message: /no option batchsize; it has batchSize, header/,
    });
  });

  it('refuses a missing option and one out of range, without showing the value', () => {
    assert.throws(() => check({} as Options), { code: 'invalid_options', message: /batchSize must be/ });
    assert.throws(
      () => check({ batchSize: -77 }),
      (error: Error) => !error.message.includes('77'),
    );
  });

  it('is not fooled by inherited names', () => {
    const options = { batchSize: 1, toString: 1 } as unknown as Options;
    assert.throws(() => check(options), { message: /no option toString/ });
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { MongoServerError } from 'mongodb';
import { toPortError } from '../src/errors.ts';

const about = { operation: 'transact', resource: 'campaigns' };
const rawError = (code: string): Error => Object.assign(new Error(`write ${code}`), { code });

describe('an error of MongoDB', () => {
  it('may be repeated when the connection was lost while a command was written, which the driver passes on as it is', () => {
    for (const code of ['ECONNRESET', 'EPIPE', 'ERR_STREAM_DESTROYED']) {
      const { code: meaning, retryable } = toPortError(rawError(code), about);
      assert.deepEqual([meaning, retryable], ['unavailable', true], code);
    }
    assert.equal(
      toPortError(rawError('ERR_INVALID_ARG_TYPE'), about).code,
      'validation',
      'a mistake of ours stays one',
    );
  });

  it('may be repeated when a transaction or a cursor was ended by somebody else', () => {
    for (const code of [43, 112, 117, 225, 237, 244, 251, 11_601]) {
      assert.equal(toPortError(new MongoServerError({ errmsg: 'ended', code }), about).retryable, true, String(code));
    }
    assert.equal(toPortError(new MongoServerError({ errmsg: 'no', code: 9 }), about).retryable, false);
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { PortError } from '@verifiedfan/ports';
import { notReady } from '../src/aws/not-ready.ts';

const missing = new PortError({ code: 'not_found', message: 'there is no such table', resource: 'demandTable' });
const unfit = new PortError({ code: 'validation', message: 'its key is not PK, SK', resource: 'deadLetterTable' });
const away = new PortError({ code: 'unavailable', message: 'cannot be reached', resource: 'scoresStream' });

describe('a stage that is not ready', () => {
  it('is told with everything that is wrong, by name', () => {
    const { message, cause } = notReady([missing, unfit]);
    const expected = 'not ready: demandTable: there is no such table; deadLetterTable: its key is not PK, SK';
    assert.equal(message, expected);
    assert.deepEqual((cause as AggregateError).errors, [missing, unfit]);
  });

  it('has the code that all faults share, and asks for a look when they differ', () => {
    assert.equal(notReady([missing]).code, 'not_found');
    assert.equal(notReady([unfit]).code, 'validation');
    assert.equal(notReady([missing, unfit]).code, 'validation');
    assert.equal(notReady([new TypeError('no port error')]).code, 'validation');
  });

  it('can be tried again only when nothing has to be mended by hand', () => {
    assert.deepEqual([notReady([away]).code, notReady([away]).retryable], ['unavailable', true]);
    assert.deepEqual([notReady([away, missing]).code, notReady([away, missing]).retryable], ['not_found', false]);
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { compareSequencers, compareSequences, PORT_ERROR_CODES, PortError } from '../src/index.ts';

describe('compareSequences', () => {
  it('orders numbers of different length as numbers, not as text', () => {
    assert.ok(compareSequences('9', '10') < 0);
    assert.ok(compareSequences('100000000000000000000001', '99999999999999999999999') > 0);
    assert.equal(compareSequences('49670000000000000001', '49670000000000000001'), 0);
  });
});

describe('compareSequencers', () => {
  it('pads the shorter one on the right, whatever the case of its digits', () => {
    assert.ok(compareSequencers('0065A1', '0065A1B2') < 0);
    assert.equal(compareSequencers('00ab', '00AB00'), 0);
    assert.ok(compareSequencers('01', '0099') > 0);
  });
});

describe('a PortError', () => {
  it('says for every code whether the same call may succeed later', () => {
    const retryable = PORT_ERROR_CODES.filter((code) => new PortError({ code, message: code }).retryable);
    assert.deepEqual(retryable, ['conflict', 'throttled', 'unavailable', 'disk_full']);
  });

  it('keeps its cause and the name of the resource', () => {
    const cause = new Error('engine');
    const error = new PortError({ code: 'corrupt', message: 'damaged', resource: 'demandTable', cause });
    assert.equal(error.cause, cause);
    assert.equal(error.resource, 'demandTable');
  });
});

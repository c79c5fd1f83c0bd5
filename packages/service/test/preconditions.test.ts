import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { entityTag, readIfMatch, requireVersion } from '../src/index.ts';

describe('if-match', () => {
  it('takes the strong tag of a version, or a star', () => {
    assert.equal(readIfMatch(entityTag(7)), 7);
    assert.equal(readIfMatch(' "12" '), 12);
    assert.equal(readIfMatch('*'), '*');
  });

  it('is required', () => {
    assert.throws(() => readIfMatch(undefined), { code: 'PRECONDITION_REQUIRED' });
  });

  it('refuses weak tags, lists and everything else', () => {
    for (const header of ['W/"7"', '"7", "8"', '7', '""', '"a"', '"0"', '"07"', '"9999999999999999"', '']) {
      assert.throws(() => readIfMatch(header), { code: 'VALIDATION_ERROR' }, header);
    }
  });

  it('lets only the stored version pass', () => {
    assert.doesNotThrow(() => requireVersion(7, 7));
    assert.doesNotThrow(() => requireVersion('*', 7));
    assert.throws(() => requireVersion(6, 7), { code: 'VERSION_CONFLICT' });
  });
});

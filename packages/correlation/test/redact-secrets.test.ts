import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { redactText } from '../src/index.ts';
import { SECRETS } from './secret-texts.ts';

describe('redactText on secrets', () => {
  it('masks what a name or its own shape gives away', () => {
    for (const [text, secret] of SECRETS) {
      const shown = redactText(`before ${text} behind`);
      assert.ok(!shown.includes(secret) && shown.includes('[redacted]'), `${text} → ${shown}`);
      assert.ok(shown.startsWith('before '), shown);
    }
  });

  it('keeps the rest of a URL and of a header line', () => {
    assert.equal(redactText('GET /x?access_token=s3cr3t&page=2'), 'GET /x?access_token=[redacted]&page=2');
    assert.equal(redactText('mongodb://fan:s3cr3t@db.example:27017/c'), 'mongodb://[redacted]@db.example:27017/c');
    assert.equal(redactText('loaded 12 tokens, basic check passed'), 'loaded 12 tokens, basic check passed');
  });
});

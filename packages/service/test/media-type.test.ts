import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isJsonType } from '../src/media-type.ts';

describe('a content-type', () => {
  it('is JSON with any parameters, and under the name of a vendor', () => {
    const types = [
      'application/json',
      'Application/JSON',
      'application/json; charset=utf-8',
      'application/json;charset="UTF-8"',
      'application/json; charset="utf\\-8"',
      'application/json; profile=x',
      'application/json; profile="https://example.com/a;b"; charset=utf-8',
      'application/json;',
      'application/json ; ; charset=utf-8 ; ',
      'application/vnd.a_b+json',
      'application/merge-patch+json; q="\\""',
      "application/vnd.a!#$&-^_'+json",
    ];
    for (const type of types) assert.ok(isJsonType(type), type);
  });

  it('is not JSON in another encoding, of another kind or without form', () => {
    const types = [
      '',
      'text/json',
      'application/jsonp',
      'application/+json',
      'application/a b+json',
      'application/json+xml',
      'application/json; charset=latin1',
      'application/json; profile=x; charset="iso-8859-1"',
      'application/json; charset=utf-8; charset=utf-16',
      'application/json; charset',
      'application/json; charset=',
      'application/json; profile="x',
      'application/json, text/plain',
      'application/json charset=utf-8',
    ];
    for (const type of types) assert.ok(!isJsonType(type), type);
  });

  it('is refused as fast when it is long', () => {
    // Would take longer than the universe if a blank could be read in two ways.
    assert.ok(!isJsonType(`application/json${' ; '.repeat(5_000)}!`));
    assert.ok(!isJsonType(`application/json; a="${'\\"'.repeat(5_000)}`));
  });
});

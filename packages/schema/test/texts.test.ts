import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { areDistinctLocales, localisedTextSchema, safeParse, toJsonSchema, trimmedTextSchema } from '../src/index.ts';

const accepts = (schema: Parameters<typeof safeParse>[0], value: unknown): boolean => safeParse(schema, value).ok;

describe('texts', () => {
  it('takes one text or a text per language', () => {
    const schema = localisedTextSchema({ maxLength: 5 });
    assert.deepEqual(safeParse(schema, ' Tour '), { ok: true, value: 'Tour' });
    assert.ok(accepts(schema, { en: 'Tour', 'pt-BR': 'Turnê' }));
    for (const text of ['', ' ', 'Longer', {}, { en: '' }, { english_: 'Tour' }, 5]) assert.ok(!accepts(schema, text));
  });

  it('takes each language once, in whatever case', () => {
    const schema = localisedTextSchema();
    assert.ok(accepts(schema, { 'de-CH': 'Tour', de: 'Tour', DE_: 'Tour' }) === false);
    assert.ok(accepts(schema, { 'de-CH': 'Tour', de: 'Tour', En: 'Tour' }));
    const twice = safeParse(schema, { 'de-CH': 'Tour', 'DE-ch': 'Tournee' });
    assert.ok(!twice.ok);
    assert.deepEqual(twice.details, [
      { pointer: '', rule: 'invalid_value', message: 'Must not name a language twice' },
    ]);
    assert.ok(areDistinctLocales([]) && areDistinctLocales(['en', 'de']) && !areDistinctLocales(['en', 'de', 'EN']));
  });

  it('is too short when nothing of it shows', () => {
    const schema = trimmedTextSchema({ maxLength: 5 });
    for (const text of ['\u200b', ' \u200d\u2060 ', '\u00ad', '\u202e', '\ufe0f', '\u3164', '\u0007', '\u2800']) {
      const result = safeParse(schema, text);
      assert.deepEqual(result.ok ? [] : result.details.map(({ rule }) => rule), ['too_small'], JSON.stringify(text));
    }
    for (const text of ['\u200bä', '👩\u200d🎤', 'न\u200d', 'A\u202e', '…', '木'])
      assert.ok(accepts(schema, text), text);
  });

  it('describes that blanks alone are no text, as it is checked', () => {
    const schema = trimmedTextSchema({ maxLength: 5 });
    const { pattern, minLength, maxLength } = toJsonSchema(schema);
    assert.deepEqual({ minLength, maxLength }, { minLength: 1, maxLength: 5 });
    // Every blank that JavaScript trims, and what only looks like one or like nothing.
    for (const text of [
      ' ',
      '\t\n',
      '\u00a0',
      '\ufeff',
      '\u2028',
      'a',
      ' a',
      '\u200b',
      '\u0085',
      '\u00ad',
      '\u3164',
      'ä',
      '木',
      '😀',
    ])
      assert.equal(new RegExp(String(pattern), 'u').test(text), accepts(schema, text), JSON.stringify(text));
  });
});

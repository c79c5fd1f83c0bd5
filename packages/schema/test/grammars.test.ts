import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { emailSchema, idSchema, isId, phoneSchema, safeParse } from '../src/index.ts';

const accepts = (schema: Parameters<typeof safeParse>[0], value: unknown): boolean => safeParse(schema, value).ok;

describe('grammars', () => {
  it('takes 1 to 128 of the id characters and nothing else', () => {
    for (const id of ['a', 'tour-2027', 'A.b_c-9', 'x'.repeat(128)]) assert.ok(accepts(idSchema, id) && isId(id), id);
    for (const id of ['', 'x'.repeat(129), 'a b', 'a:b', 'a/b', 'ä', 'a\n', 7, null]) {
      assert.ok(!accepts(idSchema, id), String(id));
    }
  });

  it('refuses ids that name properties of every object', () => {
    for (const id of ['__proto__', 'constructor', 'prototype']) assert.ok(!accepts(idSchema, id) && !isId(id), id);
  });

  it('takes a phone number of E.164 with 8 to 15 digits', () => {
    for (const phone of ['+15555550100', '+12345678', '+123456789012345'])
      assert.ok(accepts(phoneSchema, phone), phone);
    for (const phone of ['15555550100', '+1234567', '+1234567890123456', '+1 555 555 0100', '+１２３４５６７８']) {
      assert.ok(!accepts(phoneSchema, phone), phone);
    }
  });

  it('compares e-mail addresses trimmed and in lower case', () => {
    assert.deepEqual(safeParse(emailSchema, '  Fan@Example.COM '), { ok: true, value: 'fan@example.com' });
  });

  it('refuses what cannot be an e-mail address', () => {
    for (const email of ['fan', '@example.com', 'fan@', 'a@b@c', 'a b@example.com', `${'a'.repeat(243)}@example.com`]) {
      assert.ok(!accepts(emailSchema, email), email);
    }
    assert.ok(accepts(emailSchema, `${'a'.repeat(242)}@example.com`));
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { moduleOf, typeOf } from './typescript-of-schema.ts';

describe('typeOf', () => {
  it('writes what our contracts say', () => {
    const cases: [unknown, string][] = [
      [{ type: 'string', format: 'date-time' }, 'string'],
      [{ type: 'integer', minimum: 0 }, 'number'],
      [{ type: ['string', 'null'] }, 'string | null'],
      [{ enum: ['a', 1] }, '"a" | 1'],
      [{ const: 'ok' }, '"ok"'],
      [{ $ref: '#/components/schemas/Market' }, 'Market'],
      [{ type: 'array', items: { anyOf: [{ type: 'string' }, { type: 'null' }] } }, '(string | null)[]'],
      [{ type: 'object', additionalProperties: { type: 'string' } }, 'Record<string, string>'],
      [{}, 'unknown'],
    ];
    for (const [schema, expected] of cases) assert.equal(typeOf(schema), expected);
  });

  it('tells required fields from others, and keeps what is said about them', () => {
    const schema = {
      type: 'object',
      required: ['id'],
      properties: { id: { type: 'string', description: 'Never changes' }, 'if-match': { type: 'number' } },
    };
    assert.equal(
      moduleOf({ Thing: schema }, 'Generated'),
      '// Generated\n\nexport type Thing = {\n/** Never changes */\nid: string;\n"if-match"?: number;\n};\n',
    );
  });

  it('stops at what it does not know', () => {
    assert.throws(() => typeOf({ type: 'tuple' }), TypeError);
    assert.throws(() => typeOf(true), TypeError);
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  createValidateSchema,
  emailSchema,
  localisedTextSchema,
  MAX_DETAILS,
  parse,
  safeParse,
  toJsonSchema,
  ValidateSchema,
  ValidationError,
  z,
} from '../src/index.ts';

const SECRET = 'fan@example.com secret';
const schema = z.strictObject({
  name: localisedTextSchema({ maxLength: 10 }),
  email: emailSchema.optional(),
  'a/b~c': z.int().optional(),
  rows: z.array(z.strictObject({ rank: z.int().min(0) })).optional(),
  status: z.enum(['DRAFT', 'OPEN']).optional(),
});

const rulesOf = (value: unknown): string[] => {
  const result = safeParse(schema, value);
  assert.ok(!result.ok);
  return result.details.map(({ pointer, rule }) => `${pointer} ${rule}`);
};

describe('safeParse', () => {
  it('points at what is wrong with JSON pointers', () => {
    assert.deepEqual(rulesOf({ name: 'x', rows: [{ rank: 0 }, { rank: -1 }] }), ['/rows/1/rank too_small']);
    assert.deepEqual(rulesOf({ name: 'x', 'a/b~c': 'text' }), ['/a~1b~0c invalid_type']);
    assert.deepEqual(rulesOf({}), ['/name invalid_union']);
    assert.deepEqual(rulesOf([]), [' invalid_type']);
  });

  it('points at every unknown field', () => {
    assert.deepEqual(rulesOf({ name: 'x', colour: 1, rows: [{ rank: 1, row: 2 }] }), [
      '/rows/0/row unknown_field',
      '/colour unknown_field',
    ]);
  });

  it('points into the branch of a union that was meant', () => {
    assert.deepEqual(rulesOf({ name: { en: 'far too long' } }), ['/name/en too_big']);
  });

  it('never repeats a value or a field name that may be data', () => {
    for (const value of [
      { name: SECRET.repeat(9), email: SECRET, status: SECRET, [SECRET]: SECRET },
      { name: { [SECRET]: SECRET }, rows: SECRET },
    ]) {
      const result = safeParse(schema, value);
      assert.ok(!result.ok && result.details.length > 0);
      assert.doesNotMatch(JSON.stringify(result), /fan@|secret/);
    }
  });

  it('asks a schema that was written by hand', () => {
    const even = {
      check: (value: unknown) =>
        typeof value === 'number' && value % 2 === 0
          ? { ok: true as const, value }
          : { ok: false as const, details: [{ pointer: '', rule: 'even', message: 'Must be even' }] },
      jsonSchema: { type: 'integer', multipleOf: 2 },
    };
    assert.equal(parse(even, 4), 4);
    assert.throws(() => parse(even, 3), ValidationError);
    assert.deepEqual(toJsonSchema(even), even.jsonSchema);
  });
});

describe('parse', () => {
  it('throws one error with a bounded report', () => {
    const rows = Array.from({ length: 1_000 }, () => ({ rank: -1 }));
    assert.throws(
      () => parse(schema, { name: 'x', rows }),
      (error: ValidationError) => error.code === 'VALIDATION_ERROR' && error.details.length === MAX_DETAILS,
    );
  });

  it('does not let an input reach the prototype', () => {
    assert.throws(() => parse(schema, JSON.parse('{"name":"x","__proto__":{"polluted":true}}')), ValidationError);
    assert.equal(Reflect.get({}, 'polluted'), undefined);
  });
});

describe('ValidateSchema', () => {
  it('knows the shared grammars by name', () => {
    assert.equal(ValidateSchema('email')(' Fan@Example.com'), 'fan@example.com');
    assert.throws(() => ValidateSchema('id')('a b'), ValidationError);
  });

  it('takes a schema itself', () => {
    assert.equal(ValidateSchema(z.int())(5), 5);
  });

  it('refuses an unknown name at once', () => {
    const validate: (name: string) => unknown = createValidateSchema({ campaignV2: schema }) as never;
    assert.doesNotThrow(() => validate('campaignV2'));
    for (const name of ['campaignV3', 'toString', '__proto__']) assert.throws(() => validate(name), TypeError);
  });
});

describe('toJsonSchema', () => {
  it('describes the input and the result of a schema', () => {
    const withDefault = z.strictObject({ limit: z.int().min(1).max(200).default(50) });
    assert.deepEqual(toJsonSchema(withDefault), {
      type: 'object',
      properties: { limit: { type: 'integer', minimum: 1, maximum: 200, default: 50 } },
      additionalProperties: false,
    });
    assert.deepEqual(toJsonSchema(withDefault, { io: 'output' }).required, ['limit']);
  });
});

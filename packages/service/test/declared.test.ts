import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { inspect, isDeepStrictEqual } from 'node:util';
import {
  type CheckedSchema,
  dateTimeSchema,
  idSchema,
  localisedTextSchema,
  type Schema,
  safeParse,
  z,
} from '@verifiedfan/schema';
import { createSeededRandom } from '@verifiedfan/test-utils';
import { compileDeclared } from '../src/declared.ts';

const view = z.object({
  _id: idSchema,
  name: localisedTextSchema({ maxLength: 20 }),
  status: z.enum(['DRAFT', 'OPEN']),
  kind: z.literal(['a', 1, true]).optional(),
  at: dateTimeSchema.nullable(),
  score: z.number().min(0).max(1).multipleOf(0.01).optional(),
  size: z.int().min(1).max(9),
  tags: z.array(z.string().max(3)).max(2),
  inner: z.strictObject({ flag: z.boolean(), also: z.string().optional() }).refine(({ flag }) => flag, 'Must be set'),
  counts: z.record(z.string().regex(/^[a-z]+$/), z.int()),
});
const valid = {
  _id: 'tour-1',
  name: { en: 'Tour', fr: 'Tournée' },
  status: 'OPEN',
  kind: 1,
  at: '2026-01-05T10:00:00.000Z',
  score: 0.25,
  size: 9,
  tags: ['abc'],
  inner: { flag: true, also: 'x' },
  counts: { a: 1, b: 2 },
};

const isSame = (schema: Schema, value: unknown): boolean => {
  const result = safeParse(schema, value);
  return result.ok && isDeepStrictEqual(result.value, value);
};

/** What JSON can hold, and what it leaves out. */
const ODD = [
  ...[undefined, null, true, false, 0, -1, 1.5, 10, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 60, '', ' ', ' Tour'],
  ...['Tour', '2026-02-30T10:00:00Z', '__proto__', 'a b', 'OPEN', [], ['abcd'], ['a', 'b', 'c'], [undefined], {}],
  ...[{ a: 'x' }, { A: 1 }, { flag: false }, { flag: true, more: 1 }, { en: '' }, { en: ' x' }, { english: 'x' }],
];
/** What no manager should answer; it may be left to the schema, too. */
const EXOTIC = [
  ...[new Date(0), new Map(), 1n, JSON.parse('{"__proto__":1}'), Object.create({ flag: true })],
  ...[Object.assign(Object.create(null), { flag: true }), new Array(1)],
];

/** Holds the quick look to the schema: true is never wrong, and where the value is JSON, false neither. */
const compare = (schema: Schema, isDeclared: (value: unknown) => boolean, value: unknown, exotic = false): void => {
  const declared = isDeclared(value);
  if (!exotic || declared) assert.equal(declared, isSame(schema, value), inspect(value));
};

const byHand: CheckedSchema<unknown> = {
  check: (value) => (value === 1 ? { ok: true, value } : { ok: false, details: [] }),
  jsonSchema: {},
};

describe('the quick look at an answer', () => {
  it('says what the schema says, whatever is put into a valid answer or taken out', () => {
    const isDeclared = compileDeclared(view);
    assert.equal(isDeclared(valid), true);
    for (const odd of [...ODD, valid, ...EXOTIC]) {
      const exotic = EXOTIC.includes(odd);
      compare(view, isDeclared, odd, exotic);
      for (const name of [...Object.keys(valid), 'more']) compare(view, isDeclared, { ...valid, [name]: odd }, exotic);
    }
    for (const name of Object.keys(valid)) {
      const { [name as 'size']: _removed, ...value } = valid;
      compare(view, isDeclared, value);
    }
  });

  it('says it for many mistakes at once, too', () => {
    const list = z.array(view);
    const isDeclared = compileDeclared(list);
    const random = createSeededRandom({ seed: 'declared' });
    const some = (values: readonly unknown[]): unknown => values[Math.floor(random.next() * values.length)];
    for (let round = 0; round < 2_000; round += 1) {
      const value: Record<string, unknown> = { ...valid };
      for (let change = 0; change < 3; change += 1) {
        value[String(some(Object.keys(valid)))] = some(random.next() < 0.5 ? ODD : Object.values(valid));
      }
      compare(list, isDeclared, [valid, value]);
    }
  });

  it('leaves to the schema what only the schema understands', () => {
    const schemas: Schema[] = [
      z.email(),
      z.iso.date(),
      z.coerce.number(),
      z.string().transform((text) => text.length),
      z.string().regex(/a/g),
      z.string().default('x'),
      z.union([z.object({ a: z.int() }), z.object({ a: z.int(), b: z.int() })]),
      z.union([z.string().trim(), z.string()]),
      z.looseObject({ a: z.int() }),
      z.object({ a: z.int() }).catchall(z.string()),
      z.record(z.enum(['a', 'b']), z.int()),
      z.lazy(() => view),
      z.any(),
      z.date(),
      z.tuple([z.int()]),
      z.stringbool(),
      z.string().refine((text) => text.length as unknown as boolean),
      byHand,
    ];
    const values = [
      ...ODD,
      valid,
      1,
      'a@example.com',
      '2026-01-05',
      'yes',
      { a: 1 },
      { a: 1, b: 2 },
      { a: 1, b: 'x' },
      [1],
    ];
    for (const schema of schemas) {
      const isDeclared = compileDeclared(schema);
      // Twice: an expression that remembers its place would change its mind.
      for (const value of [...values, ...values]) compare(schema, isDeclared, value, true);
    }
  });
});

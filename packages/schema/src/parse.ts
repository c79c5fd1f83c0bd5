import type { z } from 'zod';
import { type ValidationDetail, ValidationError } from './errors.ts';
import { toPointer } from './pointer.ts';

export type Parsed<Value> = { ok: true; value: Value } | { ok: false; details: ValidationDetail[] };

/** A schema whose check is written by hand, for inputs where every microsecond counts. It describes itself for OpenAPI. */
export type CheckedSchema<Value> = { check: (value: unknown) => Parsed<Value>; jsonSchema: Record<string, unknown> };

export type Schema<Value = unknown> = z.ZodType<Value> | CheckedSchema<Value>;
/** What a schema makes of a valid input. */
export type Infer<S> = S extends z.ZodType<infer Value> ? Value : S extends CheckedSchema<infer Value> ? Value : never;

type Issue = z.core.$ZodIssue;

/** A union says what is wrong with each branch; the branch that fits best (fails deepest, then least often) is worth telling. */
const bestBranch = (branches: readonly Issue[][]): Issue[] => {
  const depth = (issues: readonly Issue[]): number => Math.max(0, ...issues.map(({ path }) => path.length));
  const ranked = branches.toSorted((a, b) => depth(b) - depth(a) || a.length - b.length);
  return depth(ranked[0] ?? []) > 0 ? (ranked[0] ?? []) : [];
};

// Messages of zod speak of types, limits and options, with one exception: unknown keys are quoted, and a key may be data.
const toDetails = (issues: readonly Issue[], base: readonly PropertyKey[] = []): ValidationDetail[] =>
  issues.flatMap((issue) => {
    const path = [...base, ...issue.path];
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => ({
        pointer: toPointer([...path, key]),
        rule: 'unknown_field',
        message: 'Is not a known field',
      }));
    }
    const nested = issue.code === 'invalid_union' ? toDetails(bestBranch(issue.errors), path) : [];
    const rule = issue.code === 'custom' ? 'invalid_value' : issue.code;
    return nested.length > 0 ? nested : [{ pointer: toPointer(path), rule, message: issue.message }];
  });

/** Checks the value and returns what the schema makes of it, or what is wrong. */
export const safeParse = <S extends Schema>(schema: S, value: unknown): Parsed<Infer<S>> => {
  if ('check' in schema && 'jsonSchema' in schema) return schema.check(value) as Parsed<Infer<S>>;
  const result = (schema as z.ZodType).safeParse(value);
  if (result.success) return { ok: true, value: result.data as Infer<S> };
  return { ok: false, details: toDetails(result.error.issues) };
};

/** As `safeParse`, but throws `ValidationError`. */
export const parse = <S extends Schema>(schema: S, value: unknown): Infer<S> => {
  const result = safeParse(schema, value);
  if (!result.ok) throw new ValidationError(result.details);
  return result.value;
};

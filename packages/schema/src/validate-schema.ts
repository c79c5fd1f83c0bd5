import { dateTimeSchema } from './date-time.ts';
import { emailSchema, idSchema, phoneSchema } from './grammars.ts';
import { type Infer, parse, type Schema } from './parse.ts';
import { localisedTextSchema } from './texts.ts';

/**
 * Makes a `ValidateSchema` that knows schemas by name. `ValidateSchema(name | schema)` answers a function that returns the valid value
 * or throws `ValidationError`; an unknown name is a `TypeError` at once, so a typo fails at start.
 */
export const createValidateSchema =
  <Named extends Readonly<Record<string, Schema>>>(named: Named) =>
  <S extends (keyof Named & string) | Schema>(schema: S) => {
    const found = typeof schema === 'string' ? (Object.hasOwn(named, schema) ? named[schema] : undefined) : schema;
    if (found === undefined) throw new TypeError(`There is no schema with the name ${String(schema)}`);
    return (value: unknown) => parse(found as Schema, value) as Infer<S extends keyof Named ? Named[S] : S>;
  };

/** Knows the shared grammars: `id`, `email`, `phone`, `dateTime`, `localisedText`. Services make their own with their schemas. */
export const ValidateSchema = createValidateSchema({
  id: idSchema,
  email: emailSchema,
  phone: phoneSchema,
  dateTime: dateTimeSchema,
  localisedText: localisedTextSchema(),
});

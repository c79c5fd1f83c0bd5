export { z } from 'zod';
export { type DateTimeText, dateTimeSchema, isIsoDateTime, parseIsoDateTime } from './date-time.ts';
export { MAX_DETAILS, type ValidationDetail, ValidationError } from './errors.ts';
export {
  emailSchema,
  ID_PATTERN,
  idSchema,
  isId,
  normaliseEmail,
  pageLimitSchema,
  phoneSchema,
} from './grammars.ts';
export { toJsonSchema } from './json-schema.ts';
export { type CheckedSchema, type Infer, type Parsed, parse, type Schema, safeParse } from './parse.ts';
export { toPointer } from './pointer.ts';
export {
  areDistinctLocales,
  type LocalisedText,
  localeSchema,
  localisedTextSchema,
  trimmedTextSchema,
} from './texts.ts';
export { createValidateSchema, ValidateSchema } from './validate-schema.ts';

import { z } from 'zod';
import type { Schema } from './parse.ts';

/**
 * The schema as JSON Schema 2020-12, the dialect of OpenAPI 3.1. `io` says which side of a transformation is described: `input` for
 * requests, `output` for answers. What JSON Schema cannot say becomes "anything".
 */
export const toJsonSchema = (
  schema: Schema,
  { io = 'input' }: { io?: 'input' | 'output' } = {},
): Record<string, unknown> => {
  if ('check' in schema && 'jsonSchema' in schema) return schema.jsonSchema;
  const { $schema: _dialect, ...json } = z.toJSONSchema(schema as z.ZodType, { io, unrepresentable: 'any' });
  return json;
};

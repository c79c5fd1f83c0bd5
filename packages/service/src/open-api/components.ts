import { isDeepStrictEqual } from 'node:util';
import { type Schema, toJsonSchema } from '@verifiedfan/schema';

export type Json = Record<string, unknown>;

export const ERROR_SCHEMA: Json = {
  type: 'object',
  required: ['error'],
  properties: {
    error: {
      type: 'object',
      required: ['type', 'message', 'correlation'],
      properties: {
        type: { type: 'string' },
        message: { type: 'string' },
        correlation: { type: 'string' },
        details: {
          type: 'array',
          items: {
            type: 'object',
            required: ['pointer', 'rule', 'message'],
            properties: {
              pointer: { type: 'string' },
              rule: { type: 'string' },
              message: { type: 'string' },
              in: { enum: ['path', 'query', 'header'] },
              allowed: { description: 'What would be allowed instead, where that can be said' },
            },
          },
        },
      },
    },
  },
};

export const META_SCHEMA: Json = {
  type: 'object',
  required: ['correlation', 'timestamp'],
  properties: {
    correlation: { type: 'string' },
    timestamp: { type: 'string', format: 'date-time' },
    next: { type: ['string', 'null'], description: 'Of lists: the cursor of the next page, null on the last one' },
    token: {
      enum: ['refresh'],
      description:
        'A new token would hold rights that the one of this request does not, such as those on what was just created',
    },
  },
};

const PREFIX = '#/$defs/';

const moveReferences = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(moveReferences);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) =>
      name === '$ref' && typeof each === 'string' && each.startsWith(PREFIX)
        ? [name, `#/components/schemas/${each.slice(PREFIX.length)}`]
        : [name, moveReferences(each)],
    ),
  );
};

/** Collects the schemas that have a name (`.meta({ id })`), so that the document holds each once. */
export const createComponents = () => {
  const schemas: Json = { Error: ERROR_SCHEMA, Meta: META_SCHEMA };
  const add = (name: string, schema: unknown): void => {
    if (Object.hasOwn(schemas, name) && !isDeepStrictEqual(schemas[name], schema)) {
      throw new TypeError(`two schemas are called ${name}`);
    }
    schemas[name] = schema;
  };
  return {
    schemas,
    /** The JSON Schema of one place, with references to the named ones. */
    describe(schema: Schema, io: 'input' | 'output'): Json {
      const { $defs = {}, ...json } = toJsonSchema(schema, { io }) as Json & { $defs?: Json };
      for (const [name, each] of Object.entries($defs)) add(name, moveReferences(each));
      return moveReferences(json) as Json;
    },
  };
};
export type Components = ReturnType<typeof createComponents>;

/** TypeScript types of JSON Schemas, as far as our contracts use the language. Anything else is a mistake that stops the generation. */
type Json = Readonly<Record<string, unknown>>;

const REFERENCE = /^#\/components\/schemas\/([A-Za-z][A-Za-z0-9]*)$/;

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const literal = (value: unknown): string => JSON.stringify(value);

const union = (parts: readonly string[]): string => [...new Set(parts)].join(' | ');

const comment = ({ description }: Json, indent: string): string =>
  typeof description === 'string' ? `${indent}/** ${description} */\n` : '';

const property = (name: string, schema: unknown, required: boolean): string => {
  const key = /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) ? name : literal(name);
  return `${isObject(schema) ? comment(schema, '') : ''}${key}${required ? '' : '?'}: ${typeOf(schema)};`;
};

const objectType = ({ properties, required = [], additionalProperties }: Json): string => {
  if (!isObject(properties)) {
    return `Record<string, ${isObject(additionalProperties) ? typeOf(additionalProperties) : 'unknown'}>`;
  }
  const names = required as readonly string[];
  const lines = Object.entries(properties).map(([name, schema]) => property(name, schema, names.includes(name)));
  return lines.length === 0 ? 'Record<string, never>' : `{\n${lines.join('\n')}\n}`;
};

const byType = (type: unknown, schema: Json): string => {
  switch (type) {
    case 'object':
      return objectType(schema);
    case 'array':
      return schema.items === undefined ? 'unknown[]' : `(${typeOf(schema.items)})[]`;
    case 'integer':
    case 'number':
      return 'number';
    case 'string':
    case 'boolean':
    case 'null':
      return type;
    default:
      throw new TypeError(`no type for ${JSON.stringify(schema)}`);
  }
};

/** The type of one schema. Throws `TypeError` for a schema that our contracts have not used so far. */
export const typeOf = (schema: unknown): string => {
  if (!isObject(schema)) throw new TypeError(`no schema: ${JSON.stringify(schema)}`);
  const { $ref, type, anyOf, oneOf, allOf } = schema;
  const name = typeof $ref === 'string' ? REFERENCE.exec($ref)?.[1] : undefined;
  if (name !== undefined) return name;
  if ('const' in schema) return literal(schema.const);
  if (Array.isArray(schema.enum)) return union(schema.enum.map(literal));
  const choices = anyOf ?? oneOf;
  if (Array.isArray(choices)) return union(choices.map(typeOf));
  if (Array.isArray(allOf)) return allOf.map((each) => `(${typeOf(each)})`).join(' & ');
  if (Array.isArray(type)) return union(type.map((each) => byType(each, schema)));
  return type === undefined ? 'unknown' : byType(type, schema);
};

/** A module with the type of every named schema. */
export const moduleOf = (schemas: Readonly<Record<string, unknown>>, note: string): string => {
  const types = Object.entries(schemas).map(([name, schema]) => {
    const text = isObject(schema) ? comment(schema, '') : '';
    return `${text}export type ${name} = ${typeOf(schema)};\n`;
  });
  return `// ${note}\n\n${types.join('\n')}`;
};

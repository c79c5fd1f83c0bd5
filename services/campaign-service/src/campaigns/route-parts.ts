import type { JsonObject } from '@verifiedfan/ports';
import { type CheckedSchema, idSchema, type Parsed, safeParse, toJsonSchema, z } from '@verifiedfan/schema';
import { entityTag } from '@verifiedfan/service';
import { isObject } from './is-object.ts';

/** What routes of campaigns and their markets have in common. */
export const campaignParams = z.strictObject({ campaignId: idSchema });

const notAnObject = {
  ok: false,
  details: [{ pointer: '', rule: 'invalid_type', message: 'Must be an object' }],
} as const;

/**
 * A document whose fields the manager checks, because what is allowed depends on what is stored (read-only fields may be sent back as
 * they are); `schema` describes it in OpenAPI.
 */
export const documentOf = (schema: z.ZodType): CheckedSchema<JsonObject> => ({
  check: (value) => (isObject(value) ? { ok: true, value } : { ok: false, details: [...notAnObject.details] }),
  jsonSchema: toJsonSchema(schema),
});

/** Input that is checked by one schema and described by another, because its parts are checked later. */
export const describedAs = <S extends z.ZodType>(schema: S, described: z.ZodType): CheckedSchema<z.output<S>> => ({
  check: (value) => safeParse(schema, value) as Parsed<z.output<S>>,
  jsonSchema: toJsonSchema(described),
});

/** Not for shared caches without the key that a purge names. */
export const campaignHeaders = ({ _id, version }: { _id: string; version: number }): Record<string, string> => ({
  etag: entityTag(version),
  'cache-control': 'private, no-cache',
  'surrogate-key': `campaign/${_id}`,
});

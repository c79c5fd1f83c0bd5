import type { JsonObject } from '@verifiedfan/ports';

/** Whether a value of a document has fields: lists have none. */
export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

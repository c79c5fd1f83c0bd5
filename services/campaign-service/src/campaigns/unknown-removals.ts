import type { JsonObject } from '@verifiedfan/ports';
import { MAX_DETAILS, toJsonSchema, toPointer, type ValidationDetail, type z } from '@verifiedfan/schema';
import { CampaignError } from '../errors.ts';
import { isObject } from './is-object.ts';

type Described = {
  /** `#/$defs/` and a name, in place of everything else. */
  $ref?: string;
  properties?: Readonly<Record<string, Described>>;
  additionalProperties?: unknown;
};
type Document = Described & { $defs?: Readonly<Record<string, Described>> };

const DEFINITIONS = '#/$defs/';

const find = (patch: JsonObject, described: Described, document: Document, base: readonly string[]): string[] => {
  const { $ref } = described;
  const { properties = {}, additionalProperties } =
    $ref === undefined ? described : (document.$defs?.[$ref.slice(DEFINITIONS.length)] ?? {});
  return Object.entries(patch).flatMap(([name, value]) => {
    const known = Object.hasOwn(properties, name) ? properties[name] : undefined;
    if (known !== undefined) return isObject(value) ? find(value, known, document, [...base, name]) : [];
    return value === null && additionalProperties === false ? [toPointer([...base, name])] : [];
  });
};

const toDetail = (pointer: string): ValidationDetail => ({
  pointer,
  rule: 'unknown_field',
  message: 'Is not a known field',
});

/**
 * Throws VALIDATION_ERROR for what a merge patch removes that no document can have. Nothing would come of it, so that the whole document which
 * the patch makes cannot tell: `{ "descripton": null }` would be answered as if the description were gone.
 */
export const createRefuseUnknownRemovals = (schema: z.ZodType): ((patch: JsonObject) => void) => {
  // Made with the first patch, so that a start does not pay for it.
  let document: Document | undefined;
  return (patch) => {
    document ??= toJsonSchema(schema) as Document;
    const pointers = find(patch, document, document, []);
    if (pointers.length > 0) throw new CampaignError('VALIDATION_ERROR', pointers.slice(0, MAX_DETAILS).map(toDetail));
  };
};

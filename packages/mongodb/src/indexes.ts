import type { IndexDefinition } from '@verifiedfan/ports';
import type { CreateIndexesOptions, Db, IndexDescription } from 'mongodb';

const NAMESPACE_EXISTS = 48;

/**
 * Which documents are in a partial index.
 * - `string`  `{ field: { $gte: '' } }`: comparisons stay inside one type, so these are exactly the documents with a text there. mongod
 *   also uses such an index for `{ field: 'x' }`, which it does not do for `{ $type: 'string' }`; DocumentDB has no `$type` there at all.
 * - `exists`  `{ field: { $exists: true } }`, for servers that do not compare by type: then null and other types collide too.
 */
export type PartialFilter = 'string' | 'exists';

const FILTERS = { string: { $gte: '' }, exists: { $exists: true } } as const;

const describe = (
  { name, fields, unique = false, onlyWhereString }: IndexDefinition,
  partial: PartialFilter,
): IndexDescription => ({
  name,
  key: new Map(fields.map(([field, direction]) => [field, direction])),
  ...(unique ? { unique } : {}),
  ...(onlyWhereString === undefined ? {} : { partialFilterExpression: { [onlyWhereString]: FILTERS[partial] } }),
});

/** Every collection has this index already, under a name that is reserved. */
const isIdIndex = ({ fields }: IndexDefinition): boolean => fields.length === 1 && fields[0]?.[0] === '_id';

export type PrepareOptions = {
  db: Db;
  name: string;
  definitions: readonly IndexDefinition[];
  partial: PartialFilter;
  options: CreateIndexesOptions;
};

/**
 * Makes a collection and its indexes, or finds them. A transaction could not make them: DocumentDB refuses it, and mongod makes other
 * writers wait. Fails with `validation` when an index stands there under its name with other fields or options.
 */
export const prepareCollection = async ({ db, name, definitions, partial, options }: PrepareOptions): Promise<void> => {
  const descriptions = definitions.filter((one) => !isIdIndex(one)).map((one) => describe(one, partial));
  if (descriptions.length > 0) {
    await db.collection(name).createIndexes(descriptions, options);
    return;
  }
  try {
    await db.createCollection(name, options);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === NAMESPACE_EXISTS)) throw error;
  }
};

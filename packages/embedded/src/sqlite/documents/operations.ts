import { assertJson, invalid } from '@verifiedfan/driver';
import {
  type CollectionOperation,
  type Document,
  type Filter,
  type OperationResult,
  PortError,
  type Random,
  type UpdateOperators,
} from '@verifiedfan/ports';
import type { CandidateReader } from './candidates.ts';
import { assertId, baseOfUpsert, type CompiledFilter, compileFilter, idsOf } from './filter.ts';
import type { StoredDocument } from './index-table.ts';
import { isObject } from './paths.ts';
import { planQuery } from './plan.ts';
import type { QueryLanguage } from './query-language.ts';
import type { Shelf } from './shelf.ts';
import { applyUpdate } from './update.ts';
import { assertUpdate } from './update-grammar.ts';

export type OperationParts = { shelf: Shelf; candidates: CandidateReader; language: QueryLanguage; random: Random };
type Done = Extract<OperationResult, { outcome: 'done' }>;

const done = (matched: number, modified: number): Done => ({ outcome: 'done', matched, modified });

const assertDocument: (document: Document) => void = (document) => {
  if (!isObject(document)) throw invalid('a document must be an object');
  assertJson(document);
  assertId(document._id);
  for (const name in document) if (name.startsWith('$')) throw invalid('the name of a top-level field begins with $');
};

const findFirst = ({ shelf, candidates }: OperationParts, filter: CompiledFilter): StoredDocument | undefined => {
  const ids = idsOf(filter);
  if (ids?.length === 1) {
    const stored = typeof ids[0] === 'string' ? shelf.findById(ids[0]) : undefined;
    return stored && filter.matches(stored.document) ? stored : undefined;
  }
  for (const stored of candidates.each(planQuery(shelf.indexes, filter)))
    if (filter.matches(stored.document)) return stored;
  return undefined;
};

const insertOne = ({ shelf }: OperationParts, document: Document): Done => {
  assertDocument(document);
  shelf.insert(document);
  return done(1, 0);
};

const upsert = (parts: OperationParts, document: Document): Done => {
  assertDocument(document);
  parts.shelf.insert(document);
  return { ...done(0, 0), upsertedId: document._id };
};

/** Twelve random bytes in hex, the shape of the ids that MongoDB makes. */
const makeId = (random: Random): string => Buffer.from(random.bytes(12)).toString('hex');

const updateOne = (parts: OperationParts, source: Filter, operators: UpdateOperators, orInsert: boolean): Done => {
  const { shelf, language, random } = parts;
  const filter = compileFilter(source, language);
  const stored = findFirst(parts, filter);
  if (!stored && !orInsert) {
    assertUpdate(operators);
    return done(0, 0);
  }
  if (!stored) {
    const base = baseOfUpsert(source) as Document;
    applyUpdate({ document: base, operators, filter: source, inserting: true, language });
    const { _id = makeId(random), ...fields } = base;
    return upsert(parts, { _id, ...fields });
  }
  const { document } = stored;
  const keysBefore = shelf.keysOf(document);
  applyUpdate({ document, operators, filter: source, inserting: false, language });
  assertJson(document);
  return done(1, shelf.replace(stored, keysBefore, document) ? 1 : 0);
};

const replaceOne = (parts: OperationParts, source: Filter, replacement: Document, orInsert: boolean): Done => {
  const { shelf, language } = parts;
  assertDocument(replacement);
  const filter = compileFilter(source, language);
  const stored = findFirst(parts, filter);
  if (stored) {
    if (stored.document._id !== replacement._id) throw invalid('_id cannot be changed');
    return done(1, shelf.replace(stored, shelf.keysOf(stored.document), replacement) ? 1 : 0);
  }
  if (!orInsert) return done(0, 0);
  const wantedId = baseOfUpsert(source)._id;
  if (wantedId !== undefined && wantedId !== replacement._id)
    throw invalid('the filter and the replacement differ in _id');
  return upsert(parts, replacement);
};

const deleteOne = (parts: OperationParts, source: Filter): Done => {
  const stored = findFirst(parts, compileFilter(source, parts.language));
  if (stored) parts.shelf.remove(stored);
  return done(stored ? 1 : 0, 0);
};

/**
 * Applies one operation inside a transaction of the caller. A PortError that comes out of here was thrown before anything was
 * written; anything else ends the transaction.
 */
export const applyOperation = (parts: OperationParts, operation: CollectionOperation): Done => {
  if ('insertOne' in operation) return insertOne(parts, operation.insertOne.document);
  if ('updateOne' in operation) {
    const { filter, update, upsert: orInsert = false } = operation.updateOne;
    return updateOne(parts, filter, update, orInsert);
  }
  if ('replaceOne' in operation) {
    const { filter, replacement, upsert: orInsert = false } = operation.replaceOne;
    return replaceOne(parts, filter, replacement, orInsert);
  }
  if ('deleteOne' in operation) return deleteOne(parts, operation.deleteOne.filter);
  throw invalid('an operation is none of insertOne, updateOne, replaceOne and deleteOne');
};

/** As `applyOperation`, with a refused operation as a result. */
export const tryOperation = (parts: OperationParts, operation: CollectionOperation): OperationResult => {
  try {
    return applyOperation(parts, operation);
  } catch (error) {
    if (error instanceof PortError) return { outcome: 'failed', error };
    throw error;
  }
};

import { invalid, isPlain, MAX_DEPTH } from '@verifiedfan/driver';
import { type Document, type Filter, type JsonObject, PortError, type UpdateOperators } from '@verifiedfan/ports';
import { BSON } from 'mongodb';

/** The largest document that MongoDB takes: 16 MiB. */
export const MAX_DOCUMENT_BYTES = 16_777_216;
const MAX_ID_BYTES = 512;

const tooLarge = (): PortError => new PortError({ code: 'too_large', message: 'a document is at most 16 MiB' });

/** Parts of MongoDB's language that run code, look beyond the document or ask for the machine's time: no port's promise covers them. */
const REFUSED: ReadonlySet<string> = new Set(['$where', '$expr', '$jsonSchema', '$text', '$comment']);
const LISTS: ReadonlySet<string> = new Set(['$and', '$or', '$nor']);

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Refuses text that BSON, being UTF-8, would store as other text. Answers how many bytes it has at most. */
const checkText = (text: string): number => {
  if (!text.isWellFormed()) throw invalid('a text is not valid Unicode, which MongoDB cannot hold');
  return text.length * 3;
};

/** Refuses what is not JSON. Answers how many bytes the value has as BSON at most, so that only large ones are measured exactly. */
const checkValue = (value: unknown, depth: number): number => {
  if (typeof value === 'string') return checkText(value) + 16;
  if (typeof value === 'boolean' || value === null) return 16;
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw invalid('a number is not finite');
    return 16;
  }
  if (typeof value !== 'object') throw invalid(`a value of type ${typeof value} is not JSON`);
  if (depth >= MAX_DEPTH) throw invalid(`a value is nested deeper than ${MAX_DEPTH} levels`);
  let bytes = 16;
  if (Array.isArray(value)) {
    // By index, because forEach and for…in would pass over holes; each element carries its index as a name.
    for (let index = 0; index < value.length; index += 1) bytes += checkValue(value[index], depth + 1) + 8;
    return bytes;
  }
  if (!isPlain(value)) throw invalid('an object of a class is not JSON');
  for (const [name, part] of Object.entries(value)) {
    if (name === '__proto__') throw invalid('__proto__ cannot be the name of a field');
    if (name.includes('\u0000')) throw invalid('the name of a field has a null character');
    bytes += checkText(name) + checkValue(part, depth + 1);
  }
  return bytes;
};

const checkSize = (document: object): void => {
  if (checkValue(document, 0) <= MAX_DOCUMENT_BYTES) return;
  if (BSON.calculateObjectSize(document) > MAX_DOCUMENT_BYTES) throw tooLarge();
};

/** Refuses an `_id` that is no text of 1 to 512 bytes. */
export function assertId(id: unknown): asserts id is string {
  if (typeof id !== 'string' || id === '' || Buffer.byteLength(id) > MAX_ID_BYTES || !id.isWellFormed()) {
    throw invalid(`_id must be a text of 1 to ${MAX_ID_BYTES} bytes`);
  }
}

export const assertDocument = (document: Document): void => {
  if (!isObject(document)) throw invalid('a document must be an object');
  assertId(document._id);
  for (const name of Object.keys(document)) {
    if (name.startsWith('$')) throw invalid('the name of a top-level field begins with $');
  }
  checkSize(document);
};

const checkOperators = (filter: unknown): void => {
  if (!isObject(filter)) throw invalid('a filter must be an object');
  for (const [name, value] of Object.entries(filter)) {
    if (REFUSED.has(name)) throw invalid(`the operator ${name} is not supported`);
    if (!LISTS.has(name)) continue;
    if (!Array.isArray(value) || value.length === 0) throw invalid(`${name} needs a list of filters`);
    value.forEach(checkOperators);
  }
};

export const assertFilter = (filter: Filter): void => {
  checkOperators(filter);
  checkSize(filter);
};

export const assertUpdate = (update: UpdateOperators): void => {
  if (!isObject(update) || Object.keys(update).length === 0) throw invalid('an update needs at least one operator');
  for (const name of Object.keys(update)) {
    if (!name.startsWith('$')) throw invalid('an update consists of operators only');
    if (name === '$currentDate') throw invalid('$currentDate is not supported: the time comes from the caller');
  }
  checkSize(update);
};

const isOperators = (value: unknown): value is JsonObject =>
  isObject(value) && Object.keys(value).some((name) => name.startsWith('$'));

/** The `_id` that an upsert takes from its filter; undefined when the filter names none by equality. */
export const idOfUpsert = (filter: Filter): unknown => {
  const { _id, $and } = filter;
  const own = isOperators(_id) ? _id.$eq : _id;
  if (own !== undefined || !Array.isArray($and)) return own;
  return $and.map((part) => (isObject(part) ? idOfUpsert(part as Filter) : undefined)).find((id) => id !== undefined);
};

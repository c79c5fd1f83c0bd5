import { invalid } from '@verifiedfan/driver';
import type { JsonObject, JsonValue } from '@verifiedfan/ports';
import { isObject, stepInto } from './paths.ts';
import type { Found, Predicate, Test } from './predicate.ts';
import { equalTo, PREDICATES } from './predicates.ts';

/** What a path leads to. An array that it names by its index is looked at as a whole, every other one by its elements as well. */
type Ending = { value: Found; byIndex: boolean };

/**
 * Goes through the arrays on a path, both by their elements and by an index. Where there is no such index, or where the elements are no
 * objects, there is nothing to look at, not even a missing field: `BSONElementIterator` in mongod's src/mongo/db/matcher/path.cpp, and
 * jstests/core/null_query_semantics.js.
 */
const endingsOf = (value: Found, [segment, ...rest]: readonly string[], byIndex = false): Ending[] => {
  if (segment === undefined) return [{ value, byIndex }];
  if (!Array.isArray(value)) return endingsOf(stepInto(value, segment), rest);
  const indexed = stepInto(value, segment);
  const inElements = value.filter(isObject).flatMap((element) => endingsOf(element, [segment, ...rest]));
  return indexed === undefined ? inElements : [...endingsOf(indexed, rest, true), ...inElements];
};

/** A test of whole documents: whether what a path leads to, or an element of an array there, passes. */
const onDocument = (
  path: string,
  { test, whole = false, nowhere = false }: Predicate,
): ((document: JsonObject) => boolean) => {
  const segments = path.split('.');
  return (document) => {
    const passes = endingsOf(document, segments).some(
      ({ value, byIndex }) => test(value) || (!whole && !byIndex && Array.isArray(value) && value.some(test)),
    );
    return passes !== nowhere;
  };
};

/** How a filter inside of another one is made a test. */
export type CompileInner = (filter: JsonObject) => (document: JsonObject) => boolean;
/** Makes the test of one operator at a path of a document. */
export type Operator = (
  path: string,
  operand: JsonValue,
  compileInner: CompileInner,
) => (document: JsonObject) => boolean;

const isOperators = (value: JsonValue): value is JsonObject =>
  isObject(value) && Object.keys(value).some((name) => name.startsWith('$') && !['$and', '$or', '$nor'].includes(name));

/** Operators on one element of an array, which is not gone into once more. */
const elementTest = (operators: JsonObject, compileInner: CompileInner): Test => {
  const tests = Object.entries(operators).map(([name, operand]): Test => {
    const make = Object.hasOwn(PREDICATES, name) ? PREDICATES[name] : undefined;
    if (make) {
      const { test, nowhere = false } = make(operand);
      return (element) => test(element) !== nowhere;
    }
    if (name === '$not' && isOperators(operand)) {
      const test = elementTest(operand, compileInner);
      return (element) => !test(element);
    }
    const test = compileInner({ element: { [name]: operand } });
    return (element) => test({ element: element ?? null });
  });
  return (element) => tests.every((test) => test(element));
};

const elemMatch: Operator = (path, operand, compileInner) => {
  if (!isObject(operand)) throw invalid('$elemMatch needs an object');
  const onFields = isOperators(operand) ? undefined : compileInner(operand);
  // An array among the elements is to a filter an object of its indexes.
  const test: Test = onFields
    ? (element) =>
        typeof element === 'object' && element !== null && onFields(Object.fromEntries(Object.entries(element)))
    : elementTest(operand, compileInner);
  return onDocument(path, { test: (value) => Array.isArray(value) && value.some(test), whole: true });
};

const all: Operator = (path, operand, compileInner) => {
  if (!Array.isArray(operand)) throw invalid('$all needs an array');
  const tests = operand.map((wanted) =>
    isObject(wanted) && Object.hasOwn(wanted, '$elemMatch')
      ? elemMatch(path, wanted.$elemMatch ?? null, compileInner)
      : onDocument(path, { test: equalTo(wanted) }),
  );
  return (document) => tests.length > 0 && tests.every((test) => test(document));
};

const not: Operator = (path, operand, compileInner) => {
  if (!isOperators(operand)) throw invalid('$not needs operators');
  const test = compileInner({ [path]: operand });
  return (document) => !test(document);
};

/**
 * The operators that stand below a field in MongoDB's language. mingo has them all, but takes a text for a number in `$mod`, no scalar for
 * `$all`, null for missing in arrays, and UTF-16 for the order of texts.
 */
export const OPERATORS: Readonly<Record<string, Operator>> = {
  ...Object.fromEntries(
    Object.entries(PREDICATES).map(([name, make]): [string, Operator] => [
      name,
      (path, operand) => onDocument(path, make(operand)),
    ]),
  ),
  $elemMatch: elemMatch,
  $all: all,
  $not: not,
};

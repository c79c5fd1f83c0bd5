import { isDeepStrictEqual } from 'node:util';
import type { Difference, KnownDifference } from '../../../src/index.ts';
import type { DatabaseOperation } from './operations.ts';

type Known = KnownDifference<DatabaseOperation>;

const REFUSED = { outcome: 'failed', code: 'validation' };
const MATCHED_NOTHING = { outcome: 'done', matched: 0, modified: 0 };

const listOf = (answer: Difference<unknown>['server']): unknown[] | undefined =>
  'answered' in answer && Array.isArray(answer.answered) ? answer.answered : undefined;

const hasNumber = (operation: DatabaseOperation | undefined, index: number): boolean =>
  operation !== undefined && 'write' in operation && /:-?\d/.test(JSON.stringify(operation.write[index]));

/** Where every result is the same but for such pairs. */
const differsOnlyBy = (
  { embedded, server }: Difference<DatabaseOperation>,
  isKnown: (embedded: unknown, server: unknown, index: number) => boolean,
): boolean => {
  const [ours, theirs] = [listOf(embedded), listOf(server)];
  return (
    ours !== undefined &&
    ours.length === theirs?.length &&
    ours.every((one, index) => isDeepStrictEqual(one, theirs[index]) || isKnown(one, theirs[index], index))
  );
};

/** What SecantusDB 0.7.0b3 does otherwise than MongoDB, and what JSON cannot tell. */
export const KNOWN_DIFFERENCES: readonly Known[] = [
  {
    name: 'an update that is wrong in itself passes where no document matches',
    evidence:
      'mongod parses update operators before it looks for a document (UpdateDriver::parse), and answers BadValue or FailedToParse either way; ' +
      'SecantusDB refuses the same update as soon as a document matches',
    example: [{ write: [{ updateOne: { filter: { _id: 'none' }, update: { $rename: { a: 'a' } } } }] }],
    covers: (difference) => {
      const { operation } = difference;
      if (operation === undefined || !('write' in operation)) return false;
      return differsOnlyBy(
        difference,
        (ours, theirs, index) =>
          'updateOne' in (operation.write[index] ?? {}) &&
          isDeepStrictEqual(ours, REFUSED) &&
          isDeepStrictEqual(theirs, MATCHED_NOTHING),
      );
    },
  },
  {
    name: 'a filter that is wrong in itself passes where no document has its field',
    evidence:
      'mongod parses a filter before it looks at documents (MatchExpressionParser), and answers BadValue either way; SecantusDB refuses the ' +
      'same filter as soon as a document has the field',
    example: [{ count: { n: { $unknown: 1 } } }],
    covers: ({ operation, embedded, server }) =>
      operation !== undefined &&
      'count' in operation &&
      isDeepStrictEqual(embedded, { refused: 'validation' }) &&
      isDeepStrictEqual(server, { answered: 0 }),
  },
  {
    name: 'null is found behind the end of an array',
    evidence:
      'BSONElementIterator in src/mongo/db/matcher/path.cpp of mongod goes through the elements that there are, and has no missing one for an ' +
      'index behind the end; _resolve_path in secantus/query.py adds one. Sequences never ask this, so that nothing else is tolerated',
    example: [{ insertOne: { _id: 'id', list: [] } }, { count: { 'list.0': null } }],
    covers: ({ operation }) => isDeepStrictEqual(operation, { count: { 'list.0': null } }),
  },
  {
    name: 'two limits of an indexed field have to be met by one element of an array',
    evidence:
      'by the manual of MongoDB, "Query an Array with Compound Filter Conditions on the Array Elements", one element may meet one limit and another ' +
      'element the other; SecantusDB does so without the index. Sequences never ask this of an indexed field',
    example: [{ insertOne: { _id: 'id', n: [0, 2.5] } }, { count: { n: { $gte: 1, $lt: 2 } } }],
    covers: ({ operation }) => isDeepStrictEqual(operation, { count: { n: { $gte: 1, $lt: 2 } } }),
  },
  {
    name: 'what equals the bound of $lte is lost in the middle of a compound index',
    evidence:
      'by the manual of MongoDB, "$lte", values that are equal are found, whatever index is used; SecantusDB finds them without the index. ' +
      'Sequences never ask this of a compound index',
    example: [{ insertOne: { _id: 'id', shelf: 'a', place: 1 } }, { count: { shelf: 'a', place: { $lte: 1 } } }],
    covers: ({ operation }) => isDeepStrictEqual(operation, { count: { shelf: 'a', place: { $lte: 1 } } }),
  },
  {
    name: '$elemMatch with null does not find an array among the elements',
    evidence:
      'jstests/core/null_query_semantics.js of mongod: { a: [[]] } is found by { a: { $elemMatch: { b: { $eq: null } } } }; _op_elem_match in ' +
      'secantus/query.py passes over arrays. Sequences never ask this, so that nothing else is tolerated',
    example: [{ insertOne: { _id: 'id', list: [[]] } }, { count: { list: { $elemMatch: { k: null } } } }],
    covers: ({ operation }) => isDeepStrictEqual(operation, { count: { list: { $elemMatch: { k: null } } } }),
  },
  {
    name: 'a number that is stored as another type of BSON counts as modified',
    evidence:
      'JSON has one type of number, BSON an int and a double: 0 times 2.5 is a double in place of an int, which mongod counts as a change ' +
      '(Element::isIdentical); what is read is the same number',
    example: [
      { insertOne: { _id: 'id', count: 0 } },
      { write: [{ updateOne: { filter: { _id: 'id' }, update: { $mul: { count: 2.5 } } } }] },
    ],
    covers: (difference) =>
      differsOnlyBy(
        difference,
        (ours, theirs, index) =>
          hasNumber(difference.operation, index) &&
          isDeepStrictEqual(ours, { outcome: 'done', matched: 1, modified: 0 }) &&
          isDeepStrictEqual(theirs, { outcome: 'done', matched: 1, modified: 1 }),
      ),
  },
];

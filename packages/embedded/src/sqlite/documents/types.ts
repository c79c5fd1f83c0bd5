import { invalid } from '@verifiedfan/driver';
import type { JsonValue } from '@verifiedfan/ports';
import { isObject } from './paths.ts';
import type { Found, Test } from './predicate.ts';

const MOST_INT = 2 ** 31 - 1;
const isInt = (value: Found): boolean =>
  Number.isInteger(value) && Math.abs(Number(value)) <= MOST_INT && !Object.is(value, -0);
const isOfType =
  (type: string): Test =>
  (value) =>
    typeof value === type;

/** The names and numbers of https://www.mongodb.com/docs/manual/reference/bson-types/ that JSON has; numbers as MongoDB's own driver stores them. */
const TYPES: ReadonlyMap<JsonValue, Test> = new Map<JsonValue, Test>(
  (
    [
      ['number', undefined, isOfType('number')],
      ['double', 1, (value) => typeof value === 'number' && !isInt(value)],
      ['string', 2, isOfType('string')],
      ['object', 3, isObject],
      ['array', 4, Array.isArray],
      ['bool', 8, isOfType('boolean')],
      ['null', 10, (value) => value === null],
      ['int', 16, isInt],
      ['long', 18, () => false],
      ['decimal', 19, () => false],
    ] as const satisfies readonly (readonly [string, number | undefined, Test])[]
  ).flatMap(([name, number, test]): [JsonValue, Test][] =>
    number === undefined
      ? [[name, test]]
      : [
          [name, test],
          [number, test],
        ],
  ),
);

/** A test for values of one of the types that `$type` names. */
export const ofTypes = (operand: JsonValue): Test => {
  const tests = (Array.isArray(operand) ? operand : [operand]).map((type) => TYPES.get(type));
  if (tests.length === 0 || tests.includes(undefined)) throw invalid('$type needs types that JSON has');
  return (value) => tests.some((test) => test?.(value));
};

import { invalid } from '@verifiedfan/driver';
import type { JsonObject, JsonValue } from '@verifiedfan/ports';
import { compareValues } from './compare.ts';
import { isOperators } from './filter.ts';
import { isObject } from './paths.ts';
import type { QueryLanguage } from './query-language.ts';

type Test = (element: JsonValue) => boolean;

/** What `$pull` takes out: equals of a value, objects that fit a filter, or what operators hold for. */
const pulled = (condition: JsonValue, language: QueryLanguage): Test => {
  if (!isObject(condition)) return (element) => compareValues(element, condition) === 0;
  if (isOperators(condition)) {
    const test = language.compile({ element: condition });
    return (element) => test({ element });
  }
  const test = language.compile(condition as JsonObject);
  return (element) => isObject(element) && test(element);
};

const listed = (values: JsonValue): Test => {
  if (!Array.isArray(values)) throw invalid('$pullAll needs an array');
  return (element) => values.some((value) => compareValues(element, value) === 0);
};

/** The array that `$pull`, `$pullAll` or `$pop` leaves; undefined where there is none, which is no error. */
export const takenFrom = (
  stored: JsonValue | undefined,
  { operator, operand, language }: { operator: string; operand: JsonValue; language: QueryLanguage },
): JsonValue[] | undefined => {
  if (stored === undefined) return undefined;
  if (!Array.isArray(stored)) throw invalid(`${operator} needs an array`);
  if (operator === '$pop') return operand === -1 ? stored.slice(1) : stored.slice(0, -1);
  const isTaken = operator === '$pull' ? pulled(operand, language) : listed(operand);
  return stored.filter((element) => !isTaken(element));
};

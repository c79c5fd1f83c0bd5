import type { Condition, Scalar } from '@verifiedfan/ports';
import { assertExpression, type Placeholders } from './placeholders.ts';

type Compare = readonly [attribute: string, value: Scalar];

const compared = (placeholders: Placeholders, operator: string, [attribute, value]: Compare): string =>
  `${placeholders.name(attribute)} ${operator} ${placeholders.value(value)}`;

const called = (placeholders: Placeholders, name: string, [attribute, value]: Compare): string =>
  `${name}(${placeholders.name(attribute)}, ${placeholders.value(value)})`;

const joined = (placeholders: Placeholders, word: string, conditions: readonly Condition[]): string =>
  conditions.map((one) => `(${textOf(one, placeholders)})`).join(word);

/** Each operator is DynamoDB's own, so that conditions on missing attributes and on other types mean what the port says they do. */
const textOf = (condition: Condition, placeholders: Placeholders): string => {
  const { name, value } = placeholders;
  if ('exists' in condition) return `attribute_exists(${name(condition.exists)})`;
  if ('absent' in condition) return `attribute_not_exists(${name(condition.absent)})`;
  if ('equals' in condition) return compared(placeholders, '=', condition.equals);
  if ('notEquals' in condition) return compared(placeholders, '<>', condition.notEquals);
  if ('less' in condition) return compared(placeholders, '<', condition.less);
  if ('lessOrEqual' in condition) return compared(placeholders, '<=', condition.lessOrEqual);
  if ('greater' in condition) return compared(placeholders, '>', condition.greater);
  if ('greaterOrEqual' in condition) return compared(placeholders, '>=', condition.greaterOrEqual);
  if ('between' in condition) {
    const [attribute, low, high] = condition.between;
    return `${name(attribute)} BETWEEN ${value(low)} AND ${value(high)}`;
  }
  if ('oneOf' in condition) {
    const [attribute, values] = condition.oneOf;
    return `${name(attribute)} IN (${values.map(value).join(',')})`;
  }
  if ('beginsWith' in condition) return called(placeholders, 'begins_with', condition.beginsWith);
  if ('contains' in condition) return called(placeholders, 'contains', condition.contains);
  if ('all' in condition) return joined(placeholders, ' AND ', condition.all);
  if ('any' in condition) return joined(placeholders, ' OR ', condition.any);
  return `NOT (${textOf(condition.not, placeholders)})`;
};

/** A checked condition in DynamoDB's language, for ConditionExpression and FilterExpression. */
export const conditionExpression = (condition: Condition, placeholders: Placeholders): string =>
  assertExpression(textOf(condition, placeholders));

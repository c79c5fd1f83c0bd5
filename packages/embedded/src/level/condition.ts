import type { Condition, Item, JsonValue, Scalar } from '@verifiedfan/ports';
import { compareUtf8 } from '@verifiedfan/ports/table-rules';

/** Named by hand so that an inherited name such as `constructor` is not taken for an attribute. */
const attribute = (item: Item | undefined, name: string): JsonValue | undefined =>
  item !== undefined && Object.hasOwn(item, name) ? item[name] : undefined;

/** Negative, 0 or positive; undefined when the two are of different types, or of one that has no order. */
const compare = (value: JsonValue | undefined, other: Scalar): number | undefined => {
  if (typeof value === 'string' && typeof other === 'string') return compareUtf8(value, other);
  if (typeof value === 'number' && typeof other === 'number') return value - other;
  return undefined;
};

const isBetween = (value: JsonValue | undefined, low: Scalar, high: Scalar): boolean => {
  const above = compare(value, low);
  const below = compare(value, high);
  return above !== undefined && below !== undefined && above >= 0 && below <= 0;
};

const contains = (value: JsonValue | undefined, part: Scalar): boolean => {
  if (Array.isArray(value)) return value.includes(part);
  return typeof value === 'string' && typeof part === 'string' && value.includes(part);
};

/** Whether a condition, already checked, holds for a row; undefined is a row that does not exist. */
export const holds = (condition: Condition, item: Item | undefined): boolean => {
  if ('exists' in condition) return attribute(item, condition.exists) !== undefined;
  if ('absent' in condition) return attribute(item, condition.absent) === undefined;
  if ('equals' in condition) return attribute(item, condition.equals[0]) === condition.equals[1];
  if ('notEquals' in condition) return attribute(item, condition.notEquals[0]) !== condition.notEquals[1];
  if ('all' in condition) return condition.all.every((inner) => holds(inner, item));
  if ('any' in condition) return condition.any.some((inner) => holds(inner, item));
  if ('not' in condition) return !holds(condition.not, item);
  if ('less' in condition) return (compare(attribute(item, condition.less[0]), condition.less[1]) ?? 0) < 0;
  if ('greater' in condition) return (compare(attribute(item, condition.greater[0]), condition.greater[1]) ?? 0) > 0;
  if ('lessOrEqual' in condition)
    return (compare(attribute(item, condition.lessOrEqual[0]), condition.lessOrEqual[1]) ?? 1) <= 0;
  if ('greaterOrEqual' in condition) {
    return (compare(attribute(item, condition.greaterOrEqual[0]), condition.greaterOrEqual[1]) ?? -1) >= 0;
  }
  if ('between' in condition)
    return isBetween(attribute(item, condition.between[0]), condition.between[1], condition.between[2]);
  if ('oneOf' in condition) {
    const value = attribute(item, condition.oneOf[0]);
    return condition.oneOf[1].some((one) => one === value);
  }
  if ('beginsWith' in condition) {
    const value = attribute(item, condition.beginsWith[0]);
    return typeof value === 'string' && value.startsWith(condition.beginsWith[1]);
  }
  return contains(attribute(item, condition.contains[0]), condition.contains[1]);
};

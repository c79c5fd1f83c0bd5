import { hides, type KeyRule } from '@verifiedfan/correlation';

const MAX_DEPTH = 8;
const MAX_VALUES = 500;
const MAX_LIST = 100;
const MAX_CHARACTERS = 8_192;

/**
 * Makes the quick look at data: true when it is small, made of plain objects, lists, dates and scalars, and has no secret name, so that
 * it may be written as it is (its texts are looked at in the finished line). False costs time, never safety: the data is then copied with care.
 */
export const createScan = (keyRule: KeyRule): ((data: unknown) => boolean) => {
  let values = 0;
  let characters = 0;

  const scan = (value: unknown, depth: number): boolean => {
    switch (typeof value) {
      case 'string':
        characters += value.length;
        return characters <= MAX_CHARACTERS;
      case 'object':
        return value === null || scanObject(value, depth);
      case 'bigint':
      case 'function':
        return false;
      default:
        return true;
    }
  };

  const scanObject = (value: object, depth: number): boolean => {
    values += 1;
    // A circle ends here as well.
    if (depth === MAX_DEPTH || values > MAX_VALUES) return false;
    if (Array.isArray(value)) return value.length <= MAX_LIST && value.every((entry) => scan(entry, depth + 1));
    const prototype: unknown = Object.getPrototypeOf(value);
    if (prototype !== Object.prototype && prototype !== null) return value instanceof Date;
    return scanFields(value as Record<string, unknown>, depth);
  };

  const scanFields = (value: Record<string, unknown>, depth: number): boolean => {
    let fields = 0;
    for (const key in value) {
      const field = value[key];
      fields += 1;
      characters += key.length;
      if (fields > MAX_LIST || hides(keyRule(key), field) || !scan(field, depth + 1)) return false;
    }
    return true;
  };

  return (data) => {
    values = 0;
    characters = 0;
    try {
      return scan(data, 0);
    } catch {
      return false; // A getter or a proxy that throws: to be read with care.
    }
  };
};

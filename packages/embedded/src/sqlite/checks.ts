import { type JsonValue, PortError } from '@verifiedfan/ports';

/** The deepest nesting of a stored value, as MongoDB has it. */
export const MAX_DEPTH = 100;

export const invalid = (message: string, resource?: string, cause?: unknown): PortError =>
  new PortError({ code: 'validation', message, ...(resource === undefined ? {} : { resource }), cause });

export const assertWhole = (name: string, value: number, low: number, high: number): void => {
  if (!Number.isSafeInteger(value) || value < low || value > high) {
    throw invalid(`${name} must be a whole number from ${low} to ${high}`);
  }
};

const isPlain = (value: object): boolean => {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
};

const checkValue = (value: unknown, depth: number): void => {
  if (typeof value === 'string' || typeof value === 'boolean' || value === null) return;
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw invalid('a number is not finite');
    return;
  }
  if (typeof value !== 'object') throw invalid(`a value of type ${typeof value} is not JSON`);
  if (depth >= MAX_DEPTH) throw invalid(`a value is nested deeper than ${MAX_DEPTH} levels`);
  if (Array.isArray(value)) {
    // By index, because forEach and for…in would pass over holes.
    for (let index = 0; index < value.length; index += 1) checkValue(value[index], depth + 1);
    return;
  }
  if (!isPlain(value)) throw invalid('an object of a class is not JSON');
  for (const name in value) {
    // Assigning this name would change the prototype of the object instead of storing a field.
    if (name === '__proto__') throw invalid('__proto__ cannot be the name of a field');
    checkValue((value as Record<string, unknown>)[name], depth + 1);
  }
};

/** Refuses with `validation` what would not come back from JSON as it went in. */
export function assertJson(value: unknown): asserts value is JsonValue {
  checkValue(value, 0);
}

/** Refuses text that is empty, too long in UTF-8, or not valid Unicode. */
export const assertName = (what: string, value: unknown, maxBytes: number): void => {
  if (typeof value !== 'string' || value.length === 0) throw invalid(`${what} must be a text of at least 1 byte`);
  // Three bytes a code unit is the most, so short texts need no counting.
  if (value.length * 3 > maxBytes && Buffer.byteLength(value) > maxBytes) {
    throw invalid(`${what} must be at most ${maxBytes} bytes long`);
  }
  if (!value.isWellFormed()) throw invalid(`${what} is not valid Unicode`);
};

/** A misspelt option must not pass for its default. Throws `TypeError`, as it is a mistake of the program. */
export const assertOptions = (options: object, known: readonly string[]): void => {
  const unknown = Object.keys(options).filter((name) => !known.includes(name));
  if (unknown.length > 0) throw new TypeError(`unknown options: ${unknown.join(', ')}`);
};

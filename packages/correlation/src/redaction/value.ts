import { isError, readError } from './error.ts';
import { hides, type KeyRule, secrecyOf } from './keys.ts';
import { SECRET_MARK } from './secret-text.ts';
import { redactText } from './text.ts';

/** A value that JSON can hold. */
export type Redacted = string | number | boolean | null | Redacted[] | { [key: string]: Redacted };

export type RedactOptions = {
  /** Which names are secret. @default the rule without further names */
  keyRule?: KeyRule | undefined;
  /** Levels of objects and lists that are shown. @default 8 */
  maxDepth?: number | undefined;
  /** Entries of one list or object that are shown. @default 100 */
  maxEntries?: number | undefined;
  /** Objects and lists in all. @default 2_000 */
  maxValues?: number | undefined;
  /** Characters of one string that are shown. @default 8_192 */
  maxText?: number | undefined;
};

type State = Required<{ [Name in keyof RedactOptions]: NonNullable<RedactOptions[Name]> }> & {
  values: number;
  open: Set<object>;
};

/**
 * A copy that is safe to show and to write as JSON: secret names hidden, text masked, and everything bounded. Never throws, whatever the
 * value is: circular, with getters or proxies that throw, BigInt, Map, Set, errors with their causes. Functions, symbols and undefined
 * are left out as JSON does; in a list they are null. What was cut says so.
 */
export const redactValue = (value: unknown, options: RedactOptions = {}): Redacted => {
  const { keyRule = secrecyOf, maxDepth = 8, maxEntries = 100, maxValues = 2_000, maxText = 8_192 } = options;
  return copy(value, { keyRule, maxDepth, maxEntries, maxValues, maxText, values: 0, open: new Set() }) ?? null;
};

const copy = (value: unknown, state: State): Redacted | undefined => {
  switch (typeof value) {
    case 'string':
      return redactLong(value, state.maxText);
    case 'number':
      return Number.isFinite(value) ? value : null;
    case 'boolean':
      return value;
    case 'bigint':
      return String(value);
    case 'object':
      return value === null ? null : copyObject(value, state);
    default:
      return undefined;
  }
};

// Longest e-mail address, and more than any number: a text is masked a little further than it is shown, so that no cut address is shown.
const LOOK_AHEAD = 512;

const redactLong = (text: string, maxText: number): string => {
  if (text.length <= maxText) return redactText(text);
  const masked = redactText(text.slice(0, maxText + LOOK_AHEAD));
  const shown = masked.slice(0, Math.max(0, Math.min(maxText, masked.length - LOOK_AHEAD)));
  return `${shown}… [${text.length - maxText} more characters]`;
};

const copyObject = (value: object, state: State): Redacted | undefined => {
  state.values += 1;
  if (state.open.has(value)) return '[circular]';
  if (state.open.size >= state.maxDepth || state.values > state.maxValues) return '[cut]';
  state.open.add(value);
  try {
    return copyByKind(value, state);
  } catch {
    return '[unreadable]';
  } finally {
    state.open.delete(value);
  }
};

const copyByKind = (value: object, state: State): Redacted | undefined => {
  if (Array.isArray(value)) return copyList(value, value.length, state);
  if (isError(value)) return copyEntries(Object.entries(readError(value)), state, errorKeyRule);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
  if (value instanceof Map) return copyEntries(mapEntries(value), state);
  if (value instanceof Set) return copyList(value, value.size, state);
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return `[${value.byteLength} bytes]`;
  if (value instanceof RegExp) return redactLong(String(value), state.maxText);
  if ('toJSON' in value && typeof value.toJSON === 'function') return copy(value.toJSON(''), state);
  return copyEntries(readableEntries(value), state);
};

const copyList = (items: Iterable<unknown>, size: number, state: State): Redacted[] => {
  const copies: Redacted[] = [];
  for (const item of items) {
    if (copies.length === state.maxEntries) {
      copies.push(`… [${size - state.maxEntries} more entries]`);
      break;
    }
    copies.push(copy(item, state) ?? null);
  }
  return copies;
};

function* mapEntries(map: ReadonlyMap<unknown, unknown>): Iterable<[string, unknown]> {
  for (const [key, value] of map) yield [typeof key === 'object' ? '[object]' : String(key), value];
}

/** Own entries one by one, so that one getter that throws does not hide the others. */
function* readableEntries(value: object): Iterable<[string, unknown]> {
  for (const key of Object.keys(value)) {
    let entry: unknown = '[unreadable]';
    try {
      entry = (value as Record<string, unknown>)[key];
    } catch {
      // The mark stays.
    }
    yield [key, entry];
  }
}

/** The fields of an error are known: its `code` is a word of the program, not an access code. */
const errorKeyRule: KeyRule = () => 'open';

const copyEntries = (
  entries: Iterable<[string, unknown]>,
  state: State,
  keyRule: KeyRule = state.keyRule,
): Record<string, Redacted> => {
  const copies: [string, Redacted][] = [];
  for (const [key, entry] of entries) {
    if (copies.length === state.maxEntries) {
      copies.push(['…', '[more entries]']);
      break;
    }
    const shown = hides(keyRule(key), entry) ? SECRET_MARK : copy(entry, state);
    if (shown !== undefined) copies.push([redactLong(key, 256), shown]);
  }
  return Object.fromEntries(copies);
};

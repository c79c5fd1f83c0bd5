import { isDeepStrictEqual } from 'node:util';
import { type Schema, safeParse, type z } from '@verifiedfan/schema';

/** Whether a value is what its schema makes of it: valid, without further fields, and left as it is. */
export type IsDeclared = (value: unknown) => boolean;

type Type = z.core.$ZodTypes;
type Inner = z.core.$ZodType;
type Fields = Readonly<Record<string, unknown>>;

const parseAndCompare =
  (schema: Schema): IsDeclared =>
  (value) => {
    const result = safeParse(schema, value);
    return result.ok && isDeepStrictEqual(result.value, value);
  };

type OtherCheck = { check: string; format?: string; pattern?: RegExp; fn?: (value: unknown) => unknown };

const compileOtherCheck = ({ check, format, pattern, fn }: OtherCheck): IsDeclared | undefined => {
  if (check === 'custom' && fn !== undefined) return (value) => fn(value) === true;
  // An expression that remembers its place would answer differently every other time.
  const isPattern = format === 'regex' && pattern !== undefined && !pattern.global && !pattern.sticky;
  return isPattern ? (value) => pattern.test(value as string) : undefined;
};

/** One check of a value whose type is known to fit; undefined for those that only zod knows. */
const compileCheck = ({ _zod: { def } }: z.core.$ZodChecks): IsDeclared | undefined => {
  switch (def.check) {
    case 'min_length':
      return (value) => (value as string).length >= def.minimum;
    case 'max_length':
      return (value) => (value as string).length <= def.maximum;
    case 'greater_than':
      return (value) => (value as number) > Number(def.value) || (def.inclusive && value === def.value);
    case 'less_than':
      return (value) => (value as number) < Number(def.value) || (def.inclusive && value === def.value);
    case 'overwrite':
      return (value) => def.tx(value) === value;
    default:
      return compileOtherCheck(def as OtherCheck);
  }
};

const compileScalar = ({ _zod: { def } }: Type): IsDeclared | undefined => {
  switch (def.type) {
    case 'boolean':
      return (value) => typeof value === 'boolean';
    case 'string':
      return 'format' in def ? undefined : (value) => typeof value === 'string';
    case 'number':
      if ('format' in def) return def.format === 'safeint' ? Number.isSafeInteger : undefined;
      return Number.isFinite;
    case 'enum':
      return isOneOf(Object.values(def.entries));
    case 'literal':
      return isOneOf(def.values);
    default:
      return undefined;
  }
};

const isOneOf = (list: readonly unknown[]): IsDeclared => {
  const values = new Set(list);
  return (value) => values.has(value);
};

const isPlain = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;

const compileObject = (shape: Readonly<Record<string, Inner>>): IsDeclared => {
  const fields = new Map(Object.entries(shape).map(([name, field]) => [name, compileDeclared(field as Schema)]));
  const required = [...fields].flatMap(([name, isDeclared]) => (isDeclared(undefined) ? [] : [name]));
  return (value) => {
    if (!isPlain(value)) return false;
    for (const name in value) if (fields.get(name)?.(value[name]) !== true) return false;
    for (const name of required) if (value[name] === undefined) return false;
    return true;
  };
};

const compileRecord = (keys: Inner, values: Inner): IsDeclared | undefined => {
  const isKey = compileDeclared(keys as Schema);
  const isValue = compileDeclared(values as Schema);
  // A record of listed keys wants them all.
  if (keys._zod.values !== undefined) return undefined;
  return (value) => {
    if (!isPlain(value)) return false;
    for (const name in value) if (name === '__proto__' || !isKey(name) || !isValue(value[name])) return false;
    return true;
  };
};

/**
 * Branches of different kinds: at most one can take a value. Of others the first that takes it decides what becomes of it, and may take
 * less of it than a later one.
 */
const compileUnion = (options: readonly Inner[]): IsDeclared | undefined => {
  const kinds = options.map((option) => KINDS[(option as Type)._zod.def.type]);
  if (kinds.includes(undefined) || new Set(kinds).size < kinds.length) return undefined;
  const branches = options.map((option) => compileDeclared(option as Schema));
  return (value) => {
    for (const isDeclared of branches) if (isDeclared(value)) return true;
    return false;
  };
};
const KINDS: Readonly<Record<string, string>> = {
  ...{ string: 'string', number: 'number', boolean: 'boolean', array: 'array', object: 'object', record: 'object' },
};

const compileNested = ({ _zod: { def } }: Type): IsDeclared | undefined => {
  if (def.type === 'object') return isOpen(def.catchall) ? undefined : compileObject(def.shape);
  if (def.type === 'record') return compileRecord(def.keyType, def.valueType);
  if (def.type === 'union') return compileUnion(def.options);
  if (def.type === 'array') {
    const isElement = compileDeclared(def.element as Schema);
    return (value) => Array.isArray(value) && everyElement(value, isElement);
  }
  if (def.type !== 'optional' && def.type !== 'nullable') return undefined;
  const nothing = def.type === 'optional' ? undefined : null;
  const isInner = compileDeclared(def.innerType as Schema);
  return (value) => value === nothing || isInner(value);
};

/** `every` would pass over holes, which JSON writes as null. */
const everyElement = (list: readonly unknown[], isElement: IsDeclared): boolean => {
  for (let index = 0; index < list.length; index += 1) if (!isElement(list[index])) return false;
  return true;
};

const isOpen = (catchall: Inner | undefined): boolean =>
  catchall !== undefined && (catchall as Type)._zod.def.type !== 'never';

const compileZod = (type: Type): IsDeclared | undefined => {
  const { def } = type._zod;
  if ('coerce' in def && def.coerce === true) return undefined;
  const checks = (def.checks ?? []).map((check) => compileCheck(check as z.core.$ZodChecks));
  const parts = [compileScalar(type) ?? compileNested(type), ...checks];
  if (parts.includes(undefined)) return undefined;
  const [first, ...others] = parts as IsDeclared[];
  if (first === undefined || others.length === 0) return first;
  return (value) => {
    if (!first(value)) return false;
    for (const isDeclared of others) if (!isDeclared(value)) return false;
    return true;
  };
};

/**
 * The quick look at an answer: most are as their contract wants them, and to learn that costs a fraction of making the declared copy. What
 * is not understood here, a transform or a format, is left to the schema; a test holds both to each other. True is never wrong.
 */
export const compileDeclared = (schema: Schema): IsDeclared =>
  ('_zod' in schema ? compileZod(schema as unknown as Type) : undefined) ?? parseAndCompare(schema);

/** A scalar that conditions compare with. */
export type Scalar = string | number | boolean | null;

/**
 * A condition on the attributes of one row, in the terms of DynamoDB: on a missing attribute, or on a value of another type, every
 * comparison is false, except `notEquals`, which is true. Strings compare by their UTF-8 bytes. Attributes are top-level names.
 */
export type Condition =
  | { exists: string }
  | { absent: string }
  | { equals: readonly [attribute: string, value: Scalar] }
  | { notEquals: readonly [attribute: string, value: Scalar] }
  | { less: readonly [attribute: string, value: Scalar] }
  | { lessOrEqual: readonly [attribute: string, value: Scalar] }
  | { greater: readonly [attribute: string, value: Scalar] }
  | { greaterOrEqual: readonly [attribute: string, value: Scalar] }
  | { between: readonly [attribute: string, low: Scalar, high: Scalar] }
  | { oneOf: readonly [attribute: string, values: readonly Scalar[]] }
  | { beginsWith: readonly [attribute: string, prefix: string] }
  | { contains: readonly [attribute: string, part: Scalar] }
  | { all: readonly Condition[] }
  | { any: readonly Condition[] }
  | { not: Condition };

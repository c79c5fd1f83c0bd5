import type { JsonValue } from '@verifiedfan/ports';

export type Found = JsonValue | undefined;
/** Looks at one value; undefined is a field that is missing. */
export type Test = (value: Found) => boolean;
export type Predicate = {
  test: Test;
  /** Only the value itself is looked at, and not the elements of an array as well. */
  whole?: boolean;
  /** The document must meet the test nowhere. */
  nowhere?: boolean;
};
